import { expect, test } from "vitest";
import { NameCache } from "../../../../src/dialects/zerorpc/name-cache.ts";

const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function ask(cache: NameCache, name: string): string | undefined {
  const octets = octetsOf(`..${name}`);
  const known = cache.find(octets, 2, octets.length - 2);
  if (known === undefined) cache.remember(octets, 2, octets.length - 2, name);
  return known;
}

test("gives a name that it has seen", () => {
  const cache = new NameCache();
  expect(ask(cache, "add")).toBeUndefined();
  expect(ask(cache, "add")).toBe("add");
  expect(ask(cache, "")).toBeUndefined();
  expect(ask(cache, "")).toBe("");
});

test("never gives another name, also one in the same place", () => {
  const cache = new NameCache();
  ask(cache, "abcde");
  // Same first, middle and last octet, and the same length.
  expect(ask(cache, "axcye")).toBeUndefined();
  expect(ask(cache, "axcye")).toBe("axcye");
  expect(ask(cache, "abcde")).toBeUndefined();
});

test("looks nowhere for a name of no octets at the very end", () => {
  const cache = new NameCache();
  expect(cache.find(new Uint8Array(0), 0, 0)).toBeUndefined();
});

test("does not keep long names", () => {
  const cache = new NameCache();
  const long = "x".repeat(65);
  ask(cache, long);
  expect(ask(cache, long)).toBeUndefined();
});
