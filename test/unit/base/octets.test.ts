import { expect, test } from "vitest";
import { octetLength, wholeOctets } from "../../../src/base/octets.ts";

test("counts and joins pieces, and leaves what is whole as it is", () => {
  const whole = Uint8Array.of(1, 2);
  expect([octetLength(whole), wholeOctets(whole)]).toEqual([2, whole]);
  expect(wholeOctets(whole)).toBe(whole);
  const pieces = [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)];
  expect([octetLength(pieces), wholeOctets(pieces)]).toEqual([3, Uint8Array.of(1, 2, 3)]);
  expect([octetLength([]), wholeOctets([])]).toEqual([0, new Uint8Array(0)]);
});
