import { describe, expect, test } from "vitest";
import { wholeOctets } from "../../../src/base/octets.ts";
import { formatHex } from "../../../src/base/text.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { CODEC_DEFAULTS } from "../../../src/codec/errors.ts";
import { MsgpackReader } from "../../../src/codec/msgpack-reader.ts";
import { hex } from "../../support/zmtp.ts";
import {
  Extension,
  type ExtensionCodec,
  MsgpackWriter,
} from "../../../src/codec/msgpack-writer.ts";

function written(value: unknown): string {
  const writer = new MsgpackWriter();
  writer.value(value);
  return formatHex(writer.finish());
}

describe("MsgpackWriter", () => {
  test("says what it cannot write also when it is not there any more to tell its place", () => {
    let asked = 0;
    const value = {
      get a(): unknown {
        return asked++ === 0 ? 2n ** 70n : 1;
      },
    };
    expect(() => written(value)).toThrow(/cannot be encoded, at the top$/);
  });

  test("finds what it cannot write in one walk, however deep and wide the value is", () => {
    let deep: unknown = [Symbol("x")];
    for (let i = 0; i < 120; i++) deep = { a: deep };
    const wide = Array.from({ length: 100_000 }, (_, i) => ({ i }));
    const startedAt = performance.now();
    expect(() => written(deep)).toThrow(`at ${".a".repeat(120)}[0]`);
    expect(() => written([...wide, Symbol("x")])).toThrow("at [100000]");
    // Encoding parts again for each level would take longer than the universe has.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  const values: [unknown, string][] = [
    [0, "00"],
    [-0, "cb8000000000000000"],
    [127, "7f"],
    [128, "cc80"],
    [256, "cd0100"],
    [65_536, "ce00010000"],
    [4_294_967_296, "cf0000000100000000"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-129, "d1ff7f"],
    [-32_769, "d2ffff7fff"],
    [-2_147_483_649, "d3ffffffff7fffffff"],
    [-4_294_967_296, "d3ffffffff00000000"],
    [1.5, "cb3ff8000000000000"],
    [2 ** 53, "cb4340000000000000"],
    [Number.NaN, "cb7ff8000000000000"],
    [5n, "05"],
    [1n << 63n, "cf8000000000000000"],
    [-(1n << 63n), "d38000000000000000"],
    [null, "c0"],
    [undefined, "c0"],
    [true, "c3"],
    [false, "c2"],
    ["", "a0"],
    ["é", "a2c3a9"],
    ["\ud800", "a3efbfbd"],
    [[1, undefined], "9201c0"],
    [{ a: 1, b: undefined, c: () => 1 }, "81a16101"],
    [new Map<unknown, unknown>([[1, 2]]), "810102"],
    [new Set([1, 2]), "920102"],
    [Uint8Array.of(1), "c40101"],
    [Uint8Array.of(1, 2).buffer, "c4020102"],
    [new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1), "c40102"],
    [Int16Array.of(-1, 2), "92ff02"],
    [BigInt64Array.of(-1n), "91ff"],
    [new Date(1000), "d6ff00000001"],
    [new Date(1001), "c70cff000f42400000000000000001"],
    [new Date(-1), "c70cff3b8b87c0ffffffffffffffff"],
    [new Extension(5, new Uint8Array(3)), "c70305000000"],
    [new Extension(-5, new Uint8Array(16)), `d8fb${"00".repeat(16)}`],
    [{ toJSON: () => "json" }, "a46a736f6e"],
    [new URL("http://a.b/"), "ab687474703a2f2f612e622f"],
    [Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 }), "81a36f776e02"],
    [Object.create(null), "80"],
    [{ toJSON: 5 }, "81a6746f4a534f4e05"],
  ];
  for (const [value, digits] of values) {
    test(`writes ${digits.slice(0, 20)}`, () => {
      expect(written(value)).toBe(digits);
    });
  }

  const text = [0, 1, 31, 32, 39, 40, 85, 86, 255, 256, 21_845, 21_846, 65_535, 65_536, 100_000];
  for (const length of text) {
    test(`writes text of ${length} characters of one and of three octets`, () => {
      const codec = new MsgpackCodec();
      for (const character of ["x", "€"]) {
        const value = character.repeat(length);
        expect(codec.decode(codec.encode(value))).toBe(value);
        expect(codec.encode(value)).toHaveLength(
          headerOf(length * (character === "x" ? 1 : 3)) + length * (character === "x" ? 1 : 3),
        );
      }
    });
  }

  for (const length of [15, 16, 255, 256, 65_535, 65_536]) {
    test(`writes containers, octets and extensions of ${length}`, () => {
      const codec = new MsgpackCodec();
      const array = Array.from({ length }, (_, index) => index & 0x7f);
      const object = Object.fromEntries(array.map((_, index) => [`k${index}`, index]));
      const octets = new Uint8Array(length).fill(7);
      const extension = new Extension(5, octets);
      for (const value of [array, object, octets, extension]) {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }
    });
  }

  const refused: [unknown, string][] = [
    [() => 1, "a function cannot be encoded, at the top"],
    [[1, { a: [Symbol("x")] }], "a symbol cannot be encoded, at [1].a[0]"],
    [new Map([["k", [Symbol("x")]]]), "a symbol cannot be encoded, at .k[0]"],
    [[() => 1], "a function cannot be encoded, at [0]"],
    [{ f: () => 1, s: Symbol("y"), a: [Symbol("x")] }, "a symbol cannot be encoded, at .a[0]"],
    [
      1n << 64n,
      `the integer ${1n << 64n}, which has more than 64 bits, cannot be encoded, at the top`,
    ],
    [[-(1n << 63n) - 1n], expect.stringContaining("at [0]") as string],
    [new Date(Number.NaN), "an invalid date cannot be encoded, at the top"],
    [{ later: Promise.resolve(1) }, "a promise cannot be encoded, at .later"],
    [new Set([1, Symbol("x")]), "a symbol cannot be encoded, at [1]"],
    [{ a: { toJSON: () => [Symbol.iterator] } }, "a symbol cannot be encoded, at .a[0]"],
    [new Map([["f", () => 1]]), "a function cannot be encoded, at .f"],
    [new Map([[Symbol("x"), 1]]), "a symbol cannot be encoded, at .Symbol(x)"],
    [{ a: new Map([["__proto__", 1]]) }, 'the key "__proto__" cannot be encoded, at .a'],
    [{ a: [JSON.parse('{"__proto__": 1}')] }, 'the key "__proto__" cannot be encoded, at .a[0]'],
    [
      [new Uint8Array(9), new Date(0), { a: () => 1, b: [Symbol("x")] }],
      "a symbol cannot be encoded, at [2].b[0]",
    ],
  ];
  for (const [value, message] of refused) {
    test(`refuses ${typeof message === "string" ? message : "an integer"}`, () => {
      const error = { code: "CODEC_UNSUPPORTED", message };
      expect(() => written(value)).toThrow(expect.objectContaining(error) as Error);
    });
  }

  test("refuses values that contain themselves", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const json: object = { toJSON: () => json };
    for (const value of [circle, json]) {
      expect(() => written(value)).toThrow(
        expect.objectContaining({ code: "CODEC_DEPTH" }) as Error,
      );
    }
  });

  test("lets errors of getters through as they are", () => {
    const error = new Error("getter");
    const value = {
      get bad() {
        throw error;
      },
    };
    expect(() => written(value)).toThrow(error);
  });

  test("reads a getter once", () => {
    let reads = 0;
    const value = {
      get n() {
        return ++reads;
      },
    };
    expect(written(value)).toBe("81a16e01");
  });

  test("forgets what was begun and discarded", () => {
    const writer = new MsgpackWriter();
    writer.value([1, 2, 3]);
    expect(writer.busy).toBe(true);
    writer.discard();
    writer.value("x");
    expect(formatHex(writer.finish())).toBe("a178");
    expect(writer.busy).toBe(false);
  });

  test("leaves large octets where they lie, if it was told from which size on", () => {
    const writer = new MsgpackWriter(undefined, 4);
    const large = Uint8Array.of(1, 2, 3, 4);
    writer.value([large, Uint8Array.of(9)]);
    const pieces = writer.finishPieces();
    expect(pieces).toHaveLength(3);
    expect((pieces as readonly Uint8Array[])[1]).toBe(large);
    expect(wholeOctets(pieces)).toEqual(new MsgpackCodec().encode([large, Uint8Array.of(9)]));
    writer.value(large);
    expect(writer.busy).toBe(true);
    writer.discard();
    expect(writer.busy).toBe(false);
    writer.value("x");
    expect(writer.finishPieces()).toEqual(Uint8Array.of(0xa1, 0x78));
  });

  test("refuses to cut in one piece what lies in several", () => {
    const writer = new MsgpackWriter(undefined, 4);
    writer.value([Uint8Array.of(1, 2, 3, 4)]);
    expect(() => writer.finish()).toThrow(expect.objectContaining({ code: "USAGE_STATE" }));
    expect(wholeOctets(writer.finishPieces())).toEqual(hex("91 c4 04 01020304"));
  });

  test("keeps finished octets as they are while it goes on", () => {
    const writer = new MsgpackWriter();
    const finished: Uint8Array[] = [];
    for (let i = 0; i < 2000; i++) {
      writer.value(`number ${i} ${"x".repeat(i % 100)}`);
      finished.push(writer.finish());
    }
    const codec = new MsgpackCodec();
    expect(
      finished.every((octets, i) => codec.decode(octets) === `number ${i} ${"x".repeat(i % 100)}`),
    ).toBe(true);
  });

  test("writes what it has no form for as the extensions that it was given", () => {
    const asked: unknown[] = [];
    const extensions: ExtensionCodec = {
      toExtension: (value) => {
        asked.push(value);
        return value instanceof Set || typeof value === "bigint"
          ? new Extension(7, Uint8Array.of(1))
          : undefined;
      },
      fromExtension: ({ type, data }) => `extension ${type} of ${data.length}`,
    };
    const writer = new MsgpackWriter(extensions);
    const large = 1n << 70n;
    const date = new Date(0);
    const value = [{ plain: [5n] }, new Set([1]), large, date, new Extension(3, new Uint8Array(2))];
    writer.value(value);
    const octets = writer.finish();
    expect(asked).toEqual([value[1], large, date, value[4]]);
    const reader = new MsgpackReader(CODEC_DEFAULTS, extensions);
    reader.reset(octets);
    expect(reader.value()).toEqual([
      { plain: [5] },
      "extension 7 of 1",
      "extension 7 of 1",
      date,
      "extension 3 of 2",
    ]);
    writer.value("next");
    expect(() =>
      new MsgpackWriter({ ...extensions, toExtension: () => undefined }).value(large),
    ).toThrow("more than 64 bits");
  });

  test("grows in the middle of a value", () => {
    const codec = new MsgpackCodec();
    const value = Array.from({ length: 100 }, (_, i) => new Uint8Array(5000).fill(i));
    expect(codec.decode(codec.encode(value))).toEqual(value);
  });
});

function headerOf(octets: number): number {
  if (octets < 32) return 1;
  if (octets < 256) return 2;
  return octets < 65_536 ? 3 : 5;
}
