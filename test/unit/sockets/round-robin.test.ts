import { expect, test } from "vitest";
import { RoundRobin } from "../../../src/sockets/round-robin.ts";
import { FakePipe, message } from "../../support/pipes.ts";

test("sends to each peer in turn", () => {
  const peers = new RoundRobin();
  const [a, b, c] = [new FakePipe(), new FakePipe(), new FakePipe()];
  for (const pipe of [a, b, c]) peers.add(pipe);
  for (let n = 0; n < 7; n += 1) expect(peers.offer(message("x"))).toBe(true);
  expect([a, b, c].map(({ sent }) => sent.length)).toEqual([3, 2, 2]);
});

test("passes over a full peer until it has drained", () => {
  const peers = new RoundRobin();
  const [a, b] = [new FakePipe(), new FakePipe()];
  peers.add(a);
  peers.add(b);
  a.full = true;
  peers.offer(message("1"));
  peers.offer(message("2"));
  expect([a.sent.length, b.sent.length]).toEqual([0, 2]);
  a.full = false;
  peers.add(a);
  peers.add(a);
  for (let n = 0; n < 4; n += 1) peers.offer(message("x"));
  expect([a.sent.length, b.sent.length]).toEqual([2, 4]);
});

test("keeps the turn when an earlier peer leaves", () => {
  const peers = new RoundRobin();
  const [a, b, c] = [new FakePipe(1), new FakePipe(2), new FakePipe(3)];
  for (const pipe of [a, b, c]) peers.add(pipe);
  expect([peers.next(), peers.next()]).toEqual([a, b]);
  peers.remove(a);
  peers.remove(a);
  expect([peers.next(), peers.next()]).toEqual([c, b]);
});

test("takes nothing when nobody has room", () => {
  const peers = new RoundRobin();
  expect(peers.offer(message("x"))).toBe(false);
  const full = new FakePipe();
  full.full = true;
  peers.add(full);
  expect(peers.offer(message("x"))).toBe(false);
});
