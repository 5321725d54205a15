import { expect, test } from "vitest";
import {
  differenceOf,
  formatTranscript,
  joinOctets,
  octetsFrom,
  parseTranscript,
} from "../../../src/testing/transcript.ts";

const text = `
# what both say
left:  ff 00   signature
       7f      of ten octets
right: 04 05
left:  00 00   an empty frame
`;

test("reads sides, octets and notes", () => {
  expect(parseTranscript(text)).toEqual([
    { from: "left", octets: Uint8Array.of(0xff, 0, 0x7f), notes: ["signature", "of ten octets"] },
    { from: "right", octets: Uint8Array.of(4, 5), notes: [] },
    { from: "left", octets: Uint8Array.of(0, 0), notes: ["an empty frame"] },
  ]);
});

test("joins what one side says", () => {
  expect(octetsFrom(parseTranscript(text), "left")).toEqual(Uint8Array.of(0xff, 0, 0x7f, 0, 0));
});

test("writes what it reads back", () => {
  const entries = parseTranscript(text);
  const written = formatTranscript(entries);
  expect(written.split("\n")[0]).toBe("left:  ff 00 7f  signature; of ten octets");
  expect(octetsFrom(parseTranscript(written), "left")).toEqual(octetsFrom(entries, "left"));
});

test.each(["left: xyz", "middle: 00", "left: 0", "left:", "       00", "left: 00  00\n00"])(
  "says which line of %j is none",
  (line) => {
    const parse = (): unknown => parseTranscript(`# one\n${line}`);
    if (line === "left: 00  00\n00") expect(parse).toThrow("in line 3");
    else expect(parse).toThrow("in line 2");
  },
);

test("says where octets differ first", () => {
  expect(differenceOf(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBeUndefined();
  expect(differenceOf(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(
    "octet 1: expected 02, got 03",
  );
  expect(differenceOf(Uint8Array.of(1), Uint8Array.of(1, 3))).toBe(
    "octet 1: expected the end, got 03",
  );
  expect(differenceOf(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(
    "octet 1: expected 02, got the end",
  );
});

test("joins octets", () => {
  expect(joinOctets([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])).toEqual(
    Uint8Array.of(1, 2, 3),
  );
});
