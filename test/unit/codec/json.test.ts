import { describe, expect, test } from "vitest";
import { JsonCodec } from "../../../src/codec/json.ts";

const codec = new JsonCodec();
const read = (text: string, limits = {}): unknown =>
  new JsonCodec(limits).decode(new TextEncoder().encode(text));
const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe("writing json", () => {
  test.each([
    [undefined, "null"],
    [null, "null"],
    [-0, "-0"],
    [1e300, "1e+300"],
    [2 ** 53, "9.007199254740992e+15"],
    [12345678901234567890n, "12345678901234567890"],
    ['a\u00e9\u2603\u{1f600}\n"\\\u0000', '"a\u00e9\u2603\u{1f600}\\n\\"\\\\\\u0000"'],
    ["\ud800", '"\\ud800"'],
    [[undefined, new Set([1, 2])], "[null,[1,2]]"],
    [{ a: undefined, f: () => 1, s: Symbol("s"), b: 1 }, '{"b":1}'],
    [new Map([["k", 1]]), '{"k":1}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new Float32Array([0.5]), "[0.5]"],
    [new Uint8Array([]), '""'],
    [new Uint8Array([0xff]), '"/w=="'],
    [new Uint8Array([0xff, 0xfe]), '"//4="'],
    [new Uint8Array([1, 2, 3]), '"AQID"'],
    [new DataView(new Uint8Array([1, 2, 3]).buffer, 1), '"AgM="'],
    [new Uint8Array([1, 2, 3]).buffer, '"AQID"'],
  ])("%o is %s", (value, text) => {
    expect(codec.text(value)).toBe(text);
  });

  test("has blanks behind commas and colons if told to", () => {
    const pythonic = new JsonCodec({}, { blanks: true });
    expect(pythonic.text({ a: [1, 2], b: {} })).toBe('{"a": [1, 2], "b": {}}');
  });

  test.each([
    [{ a: [1, () => 1] }, "a function cannot be encoded, at .a[1]"],
    [[Symbol("s")], "a symbol cannot be encoded, at [0]"],
    [{ x: Number.NaN }, "NaN cannot be encoded, at .x"],
    [-Infinity, "-Infinity cannot be encoded, at the top"],
    [new Map([[1, 1]]), "a number as key cannot be encoded, at the top"],
  ])("refuses %o", (value, message) => {
    expect(() => codec.encode(value)).toThrow(message);
    expect(codeOf(() => codec.encode(value))).toBe("CODEC_UNSUPPORTED");
  });

  test("ends at a circle", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(codeOf(() => codec.encode(circle))).toBe("CODEC_DEPTH");
  });
});

describe("reading json", () => {
  test.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["[-12345678901234567890]", [-12345678901234567890n]],
    ["12345678901234567890.5", 12345678901234567000],
    ["1e400", Infinity],
    [
      '{"a":[true,false,null,"x\\u0041"],"n":12345678901234567}',
      { a: [true, false, null, "xA"], n: 12345678901234567n },
    ],
    [
      ' { "n" : 12345678901234567 , "b" : [ ] , "c" : { } } ',
      { n: 12345678901234567n, b: [], c: {} },
    ],
    ['"\\u0041 long enough to be looked at"', "A long enough to be looked at"],
    ['"_seventy_"', "_seventy_"],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each(["", " ", "{", "[1,]", "nul", '{"a" 1}', "01", "1 2", "NaN", "Infinity", "\ufeff1"])(
    "refuses %j",
    (text) => {
      expect(codeOf(() => read(text))).toBe("CODEC_MALFORMED");
      // The exact parser sees the same text when a long integer stands in front.
      expect(codeOf(() => read(`[12345678901234567,${text}]`))).toBe("CODEC_MALFORMED");
    },
  );

  test.each([
    '{"__proto__":1}',
    '[{"a":{"__proto__":{"x":1}}}]',
    '{"\\u005f_proto__":1}',
    '{"__\\u0070roto__":1}',
  ])("refuses the key in %s", (text) => {
    expect(codeOf(() => read(text))).toBe("CODEC_KEY");
  });

  test("takes the refused key's name as text", () => {
    expect(read('["__proto__"]')).toEqual(["__proto__"]);
    expect(Object.keys(read('{"constructor":1}') as object)).toEqual(["constructor"]);
  });

  test("reads a text of any length beside a long integer", () => {
    // A regular expression ran out of stack here.
    const text = "\\na".repeat(4_000_000);
    const long = read(`["${text}",12345678901234567890]`) as [string, bigint];
    expect([long[0].length, long[1]]).toEqual([8_000_000, 12_345_678_901_234_567_890n]);
  });

  test("refuses a text that does not end, or has what no text may have", () => {
    for (const wrong of ['"a', '"a\\', '"\\x"', '"\u0001"', '{"a"', "{a:1}"]) {
      expect(codeOf(() => read(`[12345678901234567890,${wrong}`))).toBe("CODEC_MALFORMED");
    }
  });

  test("refuses what is no utf-8", () => {
    expect(codeOf(() => codec.decode(Uint8Array.of(0x22, 0xff, 0x22)))).toBe("CODEC_UTF8");
  });

  test("keeps its limits", () => {
    expect(read("[[1]]", { maxDepth: 2 })).toEqual([[1]]);
    expect(codeOf(() => read("[[[1]]]", { maxDepth: 2 }))).toBe("CODEC_DEPTH");
    expect(codeOf(() => read("[".repeat(100_000)))).toBe("CODEC_DEPTH");
    expect(codeOf(() => read("[1,2,3]", { maxElements: 2 }))).toBe("CODEC_ELEMENTS");
    expect(codeOf(() => read('["abcd"]', { maxStringBytes: 3 }))).toBe("CODEC_STRING");
    expect(read('["abc"]', { maxStringBytes: 3 })).toEqual(["abc"]);
    expect(codeOf(() => read("1".repeat(4301)))).toBe("CODEC_MALFORMED");
    expect(typeof read("1".repeat(4300))).toBe("bigint");
  });

  test("does not take brackets and commas inside of text for structure", () => {
    expect(read('["[[[,,,\\"[", "\\\\"]', { maxDepth: 1, maxElements: 3 })).toEqual([
      '[[[,,,"[',
      "\\",
    ]);
  });
});

describe("JSON as Python writes it", () => {
  const python = new JsonCodec({}, { escaped: true, words: true });
  const readWords = (text: string): unknown => python.decode(new TextEncoder().encode(text));

  test("escapes everything beyond ascii and slashes", () => {
    expect(python.text({ "é/": '☃ 😀 \\ " \n \u0000 \u007f' })).toBe(
      '{"\\u00e9\\/":"\\u2603 \\ud83d\\ude00 \\\\ \\" \\n \\u0000 \u007f"}',
    );
    expect(python.text("\ud800 </b>")).toBe('"\\ud800 <\\/b>"');
    expect(python.text("plain")).toBe('"plain"');
  });

  test("has words for what is no number", () => {
    expect(python.text([NaN, Infinity, -Infinity])).toBe("[NaN,Infinity,-Infinity]");
    expect(readWords('[NaN, Infinity ,-Infinity,"NaN",-1]')).toEqual([
      NaN,
      Infinity,
      -Infinity,
      "NaN",
      -1,
    ]);
  });

  test.each(["Nan", "infinity", "-NaN", "+Infinity", "Infinity1", "[NaN", "N"])(
    "refuses %s",
    (text) => {
      expect(codeOf(() => readWords(text))).toBe("CODEC_MALFORMED");
    },
  );

  test("refuses the words where they were not asked for", () => {
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      expect(codeOf(() => read(word))).toBe("CODEC_MALFORMED");
    }
    expect(read('["Infinity"]')).toEqual(["Infinity"]);
  });
});
