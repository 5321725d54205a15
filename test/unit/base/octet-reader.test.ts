import { expect, test } from "vitest";
import { OctetReader, octetAt, u32At } from "../../../src/base/octet-reader.ts";

const octets = Uint8Array.of(1, 0xff, 0xfe, 0x80, 0, 0, 2, 9, 8, 7);

test("reads numbers big-endian, one after the other", () => {
  const reader = new OctetReader(octets);
  expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([1, 0xfffe, 0x80000002]);
  expect(reader.remaining).toBe(3);
});

test("takes octets as views into what it reads", () => {
  const reader = new OctetReader(octets);
  expect(reader.octets(2)?.buffer).toBe(octets.buffer);
  expect(reader.rest()).toEqual(octets.subarray(2));
  expect(reader.rest()).toEqual(new Uint8Array(0));
});

test("consumes nothing where octets are missing", () => {
  const reader = new OctetReader(Uint8Array.of(5));
  expect([reader.u16(), reader.u32(), reader.octets(2)]).toEqual([undefined, undefined, undefined]);
  expect(reader.u8()).toBe(5);
  expect(reader.u8()).toBeUndefined();
});

test("reads at a position", () => {
  expect(octetAt(octets, 3)).toBe(0x80);
  expect(u32At(octets, 3)).toBe(0x80000002);
});
