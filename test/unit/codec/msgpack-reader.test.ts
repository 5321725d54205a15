import { describe, expect, test } from "vitest";
import type { CodecLimits } from "../../../src/codec/errors.ts";
import { MsgpackReader } from "../../../src/codec/msgpack-reader.ts";
import { Extension } from "../../../src/codec/msgpack-writer.ts";
import { hex } from "../../support/zmtp.ts";

function read(digits: string, limits?: Partial<CodecLimits>): unknown {
  const reader = new MsgpackReader({ maxDepth: 128, maxElements: 1000, ...limits });
  reader.reset(hex(digits));
  return reader.value();
}

function codeOf(digits: string, limits?: Partial<CodecLimits>): unknown {
  try {
    return read(digits, limits);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("MsgpackReader", () => {
  const values: [string, unknown][] = [
    ["00", 0],
    ["7f", 127],
    ["ff", -1],
    ["e0", -32],
    ["cc ff", 255],
    ["cd ffff", 65_535],
    ["ce ffffffff", 4_294_967_295],
    ["cf 001fffffffffffff", Number.MAX_SAFE_INTEGER],
    ["cf 0020000000000000", 1n << 53n],
    ["cf ffffffffffffffff", (1n << 64n) - 1n],
    ["d0 80", -128],
    ["d1 8000", -32_768],
    ["d2 80000000", -2_147_483_648],
    ["d3 ffe0000000000001", -Number.MAX_SAFE_INTEGER],
    ["d3 8000000000000000", -(1n << 63n)],
    ["ca 3fc00000", 1.5],
    ["cb 8000000000000000", -0],
    ["c0", null],
    ["c2", false],
    ["c3", true],
    ["a3 616263", "abc"],
    ["a2 c3a9", "é"],
    ["d9 03 616263", "abc"],
    ["da 0003 616263", "abc"],
    ["db 00000003 616263", "abc"],
    ["c4 02 0102", Uint8Array.of(1, 2)],
    ["c5 0002 0102", Uint8Array.of(1, 2)],
    ["c6 00000002 0102", Uint8Array.of(1, 2)],
    ["92 01 02", [1, 2]],
    ["dc 0002 01 02", [1, 2]],
    ["dd 00000002 01 02", [1, 2]],
    ["81 a1 61 01", { a: 1 }],
    ["de 0001 a1 61 01", { a: 1 }],
    ["df 00000001 a1 61 01", { a: 1 }],
    ["82 a1 61 01 a1 61 02", { a: 2 }],
    [
      "82 a1 61 01 05 02",
      new Map<unknown, unknown>([
        ["a", 1],
        [5, 2],
      ]),
    ],
    ["d4 05 01", new Extension(5, Uint8Array.of(1))],
    ["d5 05 0102", new Extension(5, Uint8Array.of(1, 2))],
    ["d6 05 01020304", new Extension(5, Uint8Array.of(1, 2, 3, 4))],
    ["c7 03 80 010203", new Extension(-128, Uint8Array.of(1, 2, 3))],
    ["c8 0001 05 01", new Extension(5, Uint8Array.of(1))],
    ["c9 00000001 05 01", new Extension(5, Uint8Array.of(1))],
    ["d6 ff 00000001", new Date(1000)],
    ["d7 ff 005b8d8000000001", new Date(1001.5)],
    ["c7 0c ff 000f4240 ffffffffffffffff", new Date(-999)],
  ];
  for (const [digits, expected] of values) {
    test(`reads ${digits}`, () => {
      expect(read(digits)).toEqual(expected);
    });
  }

  const refused: [string, string][] = [
    ["", "CODEC_TRUNCATED"],
    ["c1", "CODEC_MALFORMED"],
    ["a1 ff", "CODEC_UTF8"],
    ["d9 20 ff00000000000000000000000000000000000000000000000000000000000000ff", "CODEC_UTF8"],
    ["81 a9 5f5f70726f746f5f5f 01", "CODEC_KEY"],
    ["82 01 00 a9 5f5f70726f746f5f5f 00", "CODEC_KEY"],
    ["c7 05 ff 0102030405", "CODEC_MALFORMED"],
    ["dd ffffffff", "CODEC_TRUNCATED"],
    ["df ffffffff", "CODEC_TRUNCATED"],
    ["c6 ffffffff", "CODEC_TRUNCATED"],
    ["cb 0000", "CODEC_TRUNCATED"],
  ];
  for (const [digits, code] of refused) {
    test(`refuses ${digits} with ${code}`, () => {
      expect(codeOf(digits)).toBe(code);
    });
  }

  test("refuses more levels than maxDepth, in arrays and in maps", () => {
    expect(codeOf("91 91 90", { maxDepth: 2 })).toBe("CODEC_DEPTH");
    expect(codeOf("81 a1 61 81 a1 61 80", { maxDepth: 2 })).toBe("CODEC_DEPTH");
    expect(codeOf("91 91 01", { maxDepth: 2 })).toEqual([[1]]);
  });

  test("refuses more entries than maxElements in all containers together", () => {
    expect(codeOf("92 92 01 01 91 01", { maxElements: 4 })).toBe("CODEC_ELEMENTS");
    expect(codeOf("92 91 01 91 01", { maxElements: 4 })).toEqual([[1], [1]]);
  });

  test("refuses more numbers as keys than maxNumberKeys, in all maps together", () => {
    expect(codeOf("92 82 01 c0 02 c0 81 03 c0", { maxNumberKeys: 2 })).toBe("CODEC_ELEMENTS");
    expect(codeOf("82 01 c0 cf 00 20 00 00 00 00 00 01 c0", { maxNumberKeys: 1 })).toBe(
      "CODEC_ELEMENTS",
    );
    expect(codeOf("82 01 c0 a1 61 c0", { maxNumberKeys: 1 })).toBeInstanceOf(Map);
  });

  test("refuses a text or octets longer than maxStringBytes", () => {
    const text = `d9 1e ${"61 ".repeat(30)}`;
    expect(codeOf(text, { maxStringBytes: 29 })).toBe("CODEC_STRING");
    expect(codeOf(text, { maxStringBytes: 30 })).toBe("a".repeat(30));
    expect(codeOf("c4 03 01 02 03", { maxStringBytes: 2 })).toBe("CODEC_STRING");
  });

  test("counts entries for each message anew", () => {
    const reader = new MsgpackReader({ maxDepth: 8, maxElements: 2 });
    for (let i = 0; i < 3; i++) {
      reader.reset(hex("92 01 02"));
      expect(reader.value()).toEqual([1, 2]);
    }
  });

  test("makes plain properties of names that objects have already", () => {
    const value = read("82 ab 636f6e7374727563746f72 01 a8 746f537472696e67 02") as object;
    expect(Object.entries(value)).toEqual([
      ["constructor", 1],
      ["toString", 2],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("copies short byte strings out of large buffers and views those that are most of theirs", () => {
    const large = new Uint8Array(1000);
    large.set(hex("c4 02 0102"));
    const reader = new MsgpackReader();
    reader.reset(large);
    const short = reader.value() as Uint8Array;
    expect(short.buffer).not.toBe(large.buffer);
    const whole = hex("c4 04 01020304");
    reader.reset(whole);
    expect((reader.value() as Uint8Array).buffer).toBe(whole.buffer);
  });

  test("reads containers by their lengths and leaves the cursor where there is none", () => {
    const reader = new MsgpackReader();
    for (const [digits, length] of [
      ["92", 2],
      ["dc 0100", 256],
      ["dd 00010000", 65_536],
    ] as const) {
      reader.reset(hex(digits));
      expect(reader.arrayLength()).toBe(length);
    }
    for (const [digits, length] of [
      ["82", 2],
      ["de 0100", 256],
      ["df 00010000", 65_536],
    ] as const) {
      reader.reset(hex(digits));
      expect(reader.mapLength()).toBe(length);
    }
    reader.reset(hex("01"));
    expect(reader.arrayLength()).toBeUndefined();
    expect(reader.mapLength()).toBeUndefined();
    expect(reader.offset).toBe(0);
    reader.reset(hex(""));
    expect(reader.arrayLength()).toBeUndefined();
    expect(reader.mapLength()).toBeUndefined();
  });

  test("takes octets that it expects, and none that it does not", () => {
    const reader = new MsgpackReader();
    reader.reset(hex("01 02 03"));
    expect(reader.takeOctets(hex("02"))).toBe(false);
    expect(reader.takeOctets(hex("01 02"))).toBe(true);
    expect(reader.peek()).toBe(3);
    expect(reader.peek(1)).toBeUndefined();
    expect([...reader.since(0)]).toEqual([1, 2]);
    reader.skip(1);
    expect(() => reader.skip(1)).toThrow(/more octets/);
  });
});
