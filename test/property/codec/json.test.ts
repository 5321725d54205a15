import fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError } from "../../../src/codec/errors.ts";
import { JsonCodec } from "../../../src/codec/json.ts";

const codecs = [
  new JsonCodec(),
  new JsonCodec({}, { blanks: true }),
  new JsonCodec({}, { escaped: true, words: true }),
];

/** Long integers as the platform reads them. */
function rounded(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}

test("what the platform writes is read as the platform reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      if (text.includes("__proto__")) return;
      const value: unknown = JSON.parse(text);
      const octets = new TextEncoder().encode(text);
      for (const codec of codecs) expect(rounded(codec.decode(octets))).toEqual(value);
    }),
  );
});

test("what is written is read again, by us and by the platform, with and without long integers", () => {
  const value = fc.jsonValue().filter((made) => !JSON.stringify(made).includes("__proto__"));
  fc.assert(
    fc.property(value, fc.bigInt(), (plain, integer) => {
      for (const codec of codecs) {
        expect(codec.decode(codec.encode(plain))).toEqual(JSON.parse(JSON.stringify(plain)));
        expect(JSON.parse(codec.text(plain))).toEqual(JSON.parse(JSON.stringify(plain)));
        const safe = BigInt(Number(integer)) === integer && Number.isSafeInteger(Number(integer));
        const [read, back] = codec.decode(codec.encode([plain, integer])) as unknown[];
        expect(read).toEqual(JSON.parse(JSON.stringify(plain)));
        expect(back).toBe(safe ? Number(integer) : integer);
      }
    }),
  );
});

test("octets that are no json give a codec error and nothing else", () => {
  const noise = fc.oneof(
    fc.uint8Array(),
    fc.string().map((text) => new TextEncoder().encode(text)),
    fc.tuple(fc.json(), fc.nat(), fc.nat(255)).map(([text, at, octet]) => {
      const octets = new TextEncoder().encode(text);
      return octets.with(at % octets.length, octet);
    }),
  );
  fc.assert(
    fc.property(noise, (octets) => {
      try {
        codecs[0]?.decode(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }),
  );
});
