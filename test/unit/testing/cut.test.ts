import { expect, test } from "vitest";
import { everyOctet, randomCuts, seededRandom, whole } from "../../../src/testing/cut.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";

const octets = new Uint8Array(1000).map((_, at) => at);

test("keeps a chunk whole", () => {
  expect(whole(octets)).toEqual([octets]);
});

test("cuts a chunk into octets", () => {
  expect(everyOctet(octets)).toHaveLength(1000);
  expect(joinOctets(everyOctet(octets))).toEqual(octets);
});

test("cuts at random, but not beyond the largest part", () => {
  const parts = randomCuts(seededRandom(3), 20)(octets);
  expect(joinOctets(parts)).toEqual(octets);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(20);
  expect(new Set(parts.map(({ length }) => length)).size).toBeGreaterThan(10);
});

test("gives the same random numbers for the same seed", () => {
  const [a, b, c] = [seededRandom(1), seededRandom(1), seededRandom(2)];
  const numbers = Array.from({ length: 100 }, () => a());
  expect(Array.from({ length: 100 }, () => b())).toEqual(numbers);
  expect(Array.from({ length: 100 }, () => c())).not.toEqual(numbers);
  for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
});
