import { expect, test } from "vitest";
import { hashInto } from "../../../src/base/hash.ts";

/** Spec: draft-eastlake-fnv, the offset basis of 32 bits. */
const BASIS = 0x811c_9dc5;
const hashOf = (text: string): number => hashInto(BASIS, new TextEncoder().encode(text)) >>> 0;

test("is FNV-1a", () => {
  expect(hashOf("")).toBe(BASIS);
  expect(hashOf("a")).toBe(0xe40c_292c);
  expect(hashOf("foobar")).toBe(0xbf9c_f968);
});

test("goes on where it stopped", () => {
  const first = hashInto(BASIS, new TextEncoder().encode("foo"));
  expect(hashInto(first, new TextEncoder().encode("bar")) >>> 0).toBe(0xbf9c_f968);
});
