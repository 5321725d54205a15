import { expect, test } from "vitest";
import { OctetWriter } from "../../../src/base/octet-writer.ts";

test("writes numbers big-endian, one after the other", () => {
  const octets = new OctetWriter().u8(1).u16(0xfffe).u32(0x80000002).finish();
  expect(octets).toEqual(Uint8Array.of(1, 0xff, 0xfe, 0x80, 0, 0, 2));
});

test("grows as needed and copies what it is given", () => {
  const given = new Uint8Array(1000).fill(7);
  const writer = new OctetWriter().u8(1).octets(given);
  given.fill(0);
  const written = writer.finish();
  expect(written.length).toBe(1001);
  expect(written[1000]).toBe(7);
});

test("finishes empty when nothing was written", () => {
  expect(new OctetWriter().finish()).toEqual(new Uint8Array(0));
});
