import { decode as theirDecode, encode as theirEncode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../../src/codec/errors.ts";
import { wholeOctets } from "../../../src/base/octets.ts";
import { MsgpackWriter } from "../../../src/codec/msgpack-writer.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";

const codec = new MsgpackCodec();

const key = fc.string().filter((text) => text !== "__proto__");
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ minLength: 30, maxLength: 300 }),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(key, tie("value"), { maxKeys: 20 }).map((object) => ({ ...object })),
  ),
})).value;

describe("MessagePack", () => {
  test("decoding what was encoded gives the value again", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(codec.decode(codec.encode(given))).toEqual(given);
      }),
    );
  });

  test("pieces together are what is written whole", () => {
    fc.assert(
      fc.property(value, fc.nat(300), (given, viewBytes) => {
        const writer = new MsgpackWriter(undefined, viewBytes);
        writer.value(given);
        expect(wholeOctets(writer.finishPieces())).toEqual(codec.encode(given));
      }),
    );
  });

  test("another implementation reads what was encoded", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(theirDecode(codec.encode(given))).toEqual(given);
      }),
    );
  });

  test("what another implementation encoded is read", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(codec.decode(theirEncode(given))).toEqual(given);
      }),
    );
  });

  test("whole numbers are as short as another implementation makes them", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (given) => {
        expect([...codec.encode(given)]).toEqual([...theirEncode(given)]);
      }),
    );
  });

  test("64-bit integers are exact, as numbers within 2^53 and as bigints beyond", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), (given) => {
        const back = codec.decode(codec.encode(given));
        expect(BigInt(back as number)).toBe(given);
        expect(typeof back).toBe(Number.isSafeInteger(Number(given)) ? "number" : "bigint");
      }),
    );
  });

  test("dates keep their ms", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (given) => {
        expect(codec.decode(codec.encode(given))).toEqual(given);
      }),
    );
  });

  test("maps with keys of any kind come back as maps", () => {
    const entries = fc.array(fc.tuple(fc.oneof(fc.integer(), key, fc.boolean()), leaf), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(entries, (pairs) => {
        const given = new Map<unknown, unknown>([...pairs, [1, "not text"]]);
        const back = codec.decode(codec.encode(given)) as Map<unknown, unknown>;
        expect(back).toBeInstanceOf(Map);
        expect(new Set(back)).toEqual(new Set(given));
      }),
    );
  });

  test("every cut of a value is truncated, and says so", () => {
    fc.assert(
      fc.property(value, (given) => {
        const octets = codec.encode(given);
        for (let end = 0; end < octets.length; end++) {
          expect(() => codec.decode(octets.subarray(0, end))).toThrow(
            expect.objectContaining({ code: "CODEC_TRUNCATED" }) as Error,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  test("no octets throw anything but a CodecError, and none reach a prototype", () => {
    const small = new MsgpackCodec({ maxDepth: 10, maxElements: 100 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        let decoded: unknown;
        try {
          decoded = small.decode(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          return;
        }
        expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
        if (typeof decoded === "object" && decoded !== null && !Array.isArray(decoded)) {
          expect([
            null,
            Object.prototype,
            Map.prototype,
            Date.prototype,
            Uint8Array.prototype,
          ]).toSatisfy(
            (known: unknown[]) =>
              known.includes(Object.getPrototypeOf(decoded)) || "type" in decoded,
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("one changed octet throws a CodecError or gives another value, never more", () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(255), (given, at, octet) => {
        const octets = codec.encode(given).slice();
        octets[at % octets.length] = octet;
        try {
          codec.decode(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
    );
  });

  test("values are not changed by what is encoded after them", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const own = new MsgpackCodec();
        const all = values.map((one) => own.encode(one));
        expect(all.map((octets) => own.decode(octets))).toEqual(values);
      }),
    );
  });
});
