import { expect, test } from "vitest";
import {
  announcesIdentity,
  arePeers,
  isPublisher,
  isSocketType,
  type SocketType,
} from "../../../src/zmtp/socket-type.ts";

const types: SocketType[] = [
  "DEALER",
  "ROUTER",
  "REQ",
  "REP",
  "PUSH",
  "PULL",
  "PUB",
  "SUB",
  "XPUB",
  "XSUB",
  "PAIR",
];

test("lets exactly the pairs of RFC 37 talk to each other", () => {
  const pairs = types.flatMap((a) =>
    types.filter((b) => a <= b && arePeers(a, b)).map((b) => `${a} ${b}`),
  );
  expect(pairs.toSorted()).toEqual([
    "DEALER DEALER",
    "DEALER REP",
    "DEALER ROUTER",
    "PAIR PAIR",
    "PUB SUB",
    "PUB XSUB",
    "PULL PUSH",
    "REP REQ",
    "REQ ROUTER",
    "ROUTER ROUTER",
    "SUB XPUB",
    "XPUB XSUB",
  ]);
});

test("is symmetric", () => {
  for (const a of types) for (const b of types) expect(arePeers(a, b)).toBe(arePeers(b, a));
});

test("knows its names and nothing that objects inherit", () => {
  for (const type of types) expect(isSocketType(type)).toBe(true);
  for (const name of ["dealer", "", "constructor", "__proto__", "SERVER"]) {
    expect(isSocketType(name)).toBe(false);
  }
});

test("announces an identity where replies are addressed", () => {
  expect(types.filter((type) => announcesIdentity(type))).toEqual(["DEALER", "ROUTER", "REQ"]);
});

test("reads subscriptions at publishers", () => {
  expect(types.filter((type) => isPublisher(type))).toEqual(["PUB", "XPUB"]);
});
