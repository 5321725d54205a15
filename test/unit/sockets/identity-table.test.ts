import { expect, test } from "vitest";
import { IdentityTable } from "../../../src/sockets/identity-table.ts";
import { FakePipe } from "../../support/pipes.ts";

const id = (...octets: number[]): Uint8Array => Uint8Array.from(octets);

test("finds a pipe by its id and the id by its pipe", () => {
  const table = new IdentityTable(0);
  const [a, b] = [new FakePipe(1), new FakePipe(2)];
  table.add(a, id(65, 66));
  table.add(b, id(65));
  expect(table.find(id(65, 66))).toBe(a);
  expect(table.find(id(65))).toBe(b);
  expect(table.find(id(66))).toBeUndefined();
  expect(table.idOf(a)).toEqual(id(65, 66));
  expect(table.remove(a)).toEqual(id(65, 66));
  expect(table.remove(a)).toBeUndefined();
  expect(table.find(id(65, 66))).toBeUndefined();
});

test("makes up ids of a zero and a counter that nobody has", () => {
  const table = new IdentityTable(41.7);
  table.add(new FakePipe(), id(0, 0, 0, 0, 42));
  expect(table.makeUp()).toEqual(id(0, 0, 0, 0, 43));
  const last = new IdentityTable(0xffff_fffe);
  expect(last.makeUp()).toEqual(id(0, 255, 255, 255, 255));
  expect(last.makeUp()).toEqual(id(0, 0, 0, 0, 0));
});

test("does not mistake an id of other octets for a made-up one", () => {
  const table = new IdentityTable(0);
  const pipe = new FakePipe();
  table.add(pipe, id(0, 0, 0, 0, 42));
  expect(table.find(id(0, 0, 0, 0, 42))).toBe(pipe);
  expect(table.find(id(0, 0, 0, 42))).toBeUndefined();
  expect(table.find(id(42))).toBeUndefined();
});
