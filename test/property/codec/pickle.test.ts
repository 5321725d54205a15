import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../../src/codec/errors.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { ARGUMENT_OF } from "../../../src/codec/pickle-opcodes.ts";

const codec = new PickleCodec();

/** Values that are themselves again after a round trip. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.array(tie("any"), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("any"),
      { maxKeys: 5, noNullPrototype: true },
    ),
    fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 5 }).map((keys) => new Set(keys)),
    fc
      .uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 })
      .map((keys) => new Map(keys.map((key) => [key, [key]]))),
  ),
})).any;

/** Instructions in any order, each with an argument that fits. */
const program = fc
  .array(
    fc
      .tuple(
        fc.constantFrom(...ARGUMENT_OF.flatMap((known, octet) => (known ? [octet] : []))),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
      )
      .map(([octet, noise]) => {
        const argument = ARGUMENT_OF[octet];
        if (argument?.type === "fixed") return [octet, ...noise.subarray(0, argument.octets)];
        if (argument?.type === "line") return [octet, 0x31, 0x0a];
        return [octet, 1, ...new Uint8Array((argument?.lengthOctets ?? 1) - 1), 0x61];
      }),
    { maxLength: 40 },
  )
  .map((parts) => Uint8Array.from([...parts.flat(), 0x2e]));

function readOrRefuse(octets: Uint8Array): void {
  try {
    codec.decode(octets);
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
  }
}

describe("pickles", () => {
  test("bring every value back", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(codec.decode(codec.encode(given))).toStrictEqual(given);
      }),
    );
  });

  test("of any octets are read or refused, and nothing else", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse));
  });

  test("of any instructions are read or refused, and nothing else", () => {
    fc.assert(fc.property(program, readOrRefuse), { numRuns: 2000 });
  });

  test("that are cut off anywhere are refused", () => {
    fc.assert(
      fc.property(value, fc.nat(), (given, at) => {
        const octets = codec.encode(given);
        const cut = octets.subarray(0, at % octets.length);
        expect(() => codec.decode(cut)).toThrow(CodecError);
      }),
    );
  });
});
