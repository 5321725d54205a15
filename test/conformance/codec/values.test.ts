/** The rules of docs/reference/values.md: what becomes of every kind of value, in every codec. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Codec } from "../../../src/codec/codec.ts";
import { CodecError } from "../../../src/codec/errors.ts";
import { JsonCodec } from "../../../src/codec/json.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { Extension } from "../../../src/codec/msgpack-writer.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";

const PAGE = readFileSync(new URL("../../../docs/reference/values.md", import.meta.url), "utf8");

const CODECS: Readonly<Record<"MessagePack" | "JSON" | "pickle", Codec>> = {
  MessagePack: new MsgpackCodec(),
  JSON: new JsonCodec(),
  pickle: new PickleCodec(),
};

/** What arrives of a value that is sent, or why it is not sent. */
class Refused {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

const refused = new Refused("CODEC_UNSUPPORTED");
const tooDeep = new Refused("CODEC_DEPTH");
const symbol = Symbol("trap");

/** Calls itself forbidden: whoever asks for its text or its number has fallen into it. */
const trap = {
  a: 1,
  toString: () => {
    throw new Error("toString was called");
  },
  valueOf: () => {
    throw new Error("valueOf was called");
  },
};

class Point {
  readonly x = 1;
  readonly #secret = 2;
  get y(): number {
    return this.#secret;
  }
}

function cyclic(): unknown[] {
  const list: unknown[] = [];
  list.push({ list });
  return list;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

function countingGetter(): object {
  let count = 0;
  return {
    get n() {
      return ++count;
    },
  };
}

const sparse = Object.assign([] as unknown[], { 2: 1 });
const octets = Uint8Array.of(1, 2);
const instant = new Date("2026-01-02T03:04:05.678Z");

const failure = Object.assign(new RangeError("too far", { cause: 1 }), { code: "E" });
const record = { name: "RangeError", message: "too far", cause: 1, code: "E" };

/** Words of the page for a value; what arrives in MessagePack, JSON and pickle. */
const RULES: readonly (readonly [string, unknown, unknown, unknown, unknown])[] = [
  ["`undefined`, alone or in an array", [undefined], [null], [null], [null]],
  [
    "`undefined`, a function or a symbol as a member",
    { a: undefined, f: () => 1, s: symbol, b: 1 },
    { b: 1 },
    { b: 1 },
    { b: 1 },
  ],
  ["a function, alone or in an array", [() => 1], refused, refused, refused],
  ["a symbol, alone or in an array", [symbol], refused, refused, refused],
  ["members whose key is a symbol", { [symbol]: 1 }, {}, {}, {}],
  ["a promise", { a: Promise.resolve(1) }, refused, refused, refused],
  ["`NaN`", NaN, NaN, refused, NaN],
  ["`Infinity`, `-Infinity`", -Infinity, -Infinity, refused, -Infinity],
  ["`-0`", -0, -0, -0, -0],
  ["an integer within ±(2^53 - 1)", 2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1],
  ["a larger integer in a `number`", 2 ** 70, 2 ** 70, 2 ** 70, 2 ** 70],
  ["a `bigint` within ±(2^53 - 1)", 5n, 5, 5, 5],
  ["a `bigint` of up to 64 bits", 2n ** 64n - 1n, 2n ** 64n - 1n, 2n ** 64n - 1n, 2n ** 64n - 1n],
  ["a `bigint` of up to 4300 digits", 2n ** 64n, refused, 2n ** 64n, 2n ** 64n],
  ["a longer `bigint`", 10n ** 4300n, refused, refused, refused],
  ["text with a lone surrogate", "a\ud800", "a\ufffd", "a\ud800", "a\ufffd"],
  [
    "`Uint8Array`, `Buffer`",
    [octets, Buffer.from(octets)],
    [octets, octets],
    ["AQI=", "AQI="],
    [octets, octets],
  ],
  [
    "`ArrayBuffer`, `DataView`",
    [octets.slice().buffer, new DataView(octets.slice().buffer)],
    [octets, octets],
    ["AQI=", "AQI="],
    [octets, octets],
  ],
  [
    "other typed arrays",
    [Float64Array.of(1.5), BigInt64Array.of(7n)],
    [[1.5], [7]],
    [[1.5], [7]],
    [[1.5], [7]],
  ],
  ["`Date`", instant, instant, "2026-01-02T03:04:05.678Z", refused],
  ["an invalid `Date`", new Date(NaN), refused, null, refused],
  ["`Map` with text for keys", new Map([["a", 1]]), { a: 1 }, { a: 1 }, { a: 1 }],
  ["`Map` with other keys", new Map([[1, 2]]), new Map([[1, 2]]), refused, new Map([[1, 2]])],
  ["`Set`", new Set([1, 2]), [1, 2], [1, 2], new Set([1, 2])],
  ["holes of a sparse array", sparse, [null, null, 1], [null, null, 1], [null, null, 1]],
  ["a value that contains itself", cyclic(), tooDeep, tooDeep, tooDeep],
  ["128 levels of nesting", nested(128), nested(128), nested(128), nested(128)],
  ["more levels", nested(129), tooDeep, tooDeep, tooDeep],
  ["the key `__proto__`", JSON.parse('{"__proto__":{"a":1}}'), refused, refused, refused],
  [
    "the keys `constructor`, `toString`, `hasOwnProperty`",
    { constructor: 1, toString: 2, hasOwnProperty: 3 },
    { constructor: 1, toString: 2, hasOwnProperty: 3 },
    { constructor: 1, toString: 2, hasOwnProperty: 3 },
    { constructor: 1, toString: 2, hasOwnProperty: 3 },
  ],
  ["an instance of a class", new Point(), { x: 1 }, { x: 1 }, { x: 1 }],
  ["an `Error`", failure, record, record, record],
  [
    "an object without a prototype",
    Object.assign(Object.create(null), { a: 1 }),
    { a: 1 },
    { a: 1 },
    { a: 1 },
  ],
  ["an object with `toJSON`", { toJSON: () => [1] }, [1], [1], [1]],
  [
    "`toJSON` that returns its object",
    {
      toJSON() {
        return this;
      },
    },
    tooDeep,
    tooDeep,
    tooDeep,
  ],
  ["`toString` and `valueOf` that throw", [trap], [{ a: 1 }], [{ a: 1 }], [{ a: 1 }]],
  ["a getter that changes", countingGetter, { n: 1 }, { n: 1 }, { n: 1 }],
  [
    "a proxy of an object or an array",
    [new Proxy({ a: 1 }, {}), new Proxy([1], {})],
    [{ a: 1 }, [1]],
    [{ a: 1 }, [1]],
    [{ a: 1 }, [1]],
  ],
];

const NAMES = Object.keys(CODECS) as (keyof typeof CODECS)[];

describe.each(RULES)("%s", (_words, value, ...arrives) => {
  test.each(NAMES.map((name, at) => [name, arrives[at]] as const))("in %s", (name, expected) => {
    const codec = CODECS[name];
    const sent = typeof value === "function" ? (value as () => unknown)() : value;
    if (expected instanceof Refused) {
      expect(() => codec.encode(sent)).toThrow(
        expect.objectContaining({ code: expected.code }) as Error,
      );
    } else expect(codec.decode(codec.encode(sent))).toStrictEqual(expected);
  });
});

test("the page has a row for each of these rules, in this order", () => {
  const rows = [...PAGE.matchAll(/^\| (.+?) +\|.*\|$/gm)].map(([, words]) => words);
  const said = rows.filter((words) => RULES.some(([rule]) => rule === words));
  expect(said).toEqual(RULES.map(([words]) => words));
});

describe.each(NAMES)("in %s", (name) => {
  const codec = CODECS[name];

  test.each([
    [
      "a getter",
      {
        get a(): number {
          throw new RangeError("mine");
        },
      },
    ],
    [
      "`toJSON`",
      {
        toJSON: () => {
          throw new RangeError("mine");
        },
      },
    ],
    [
      "a trap of a proxy",
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new RangeError("mine");
          },
        },
      ),
    ],
  ])("what %s throws passes as it is, and the codec goes on", (_what, value) => {
    expect(() => codec.encode([1, value])).toThrow(new RangeError("mine"));
    expect(codec.decode(codec.encode({ a: [1] }))).toEqual({ a: [1] });
  });

  test("a key that is an object is not asked for its text", () => {
    const map = new Map([[trap, () => 1]]);
    expect(() => codec.encode(new Map([[1, map]]))).toThrow(CodecError);
  });
});

/** Octets of strangers, and what is read. */
describe("what is read", () => {
  const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, "hex"));
  const text = (said: string): Uint8Array => new TextEncoder().encode(said);
  const { MessagePack: msgpack, JSON: json, pickle } = CODECS;
  const utf8 = expect.objectContaining({ code: "CODEC_UTF8" }) as Error;
  const key = expect.objectContaining({ code: "CODEC_KEY" }) as Error;

  test("of equal keys the last one counts", () => {
    expect(msgpack.decode(hex("82a16101a16102"))).toEqual({ a: 2 });
    expect(json.decode(text('{"a":1,"a":2,"n":12345678901234567890}'))).toMatchObject({ a: 2 });
    expect(pickle.decode(text("}(Va\nI1\nVa\nI2\nu."))).toEqual({ a: 2 });
  });

  test("text that is no UTF-8 is refused", () => {
    expect(() => msgpack.decode(hex("a2c080"))).toThrow(utf8);
    expect(() => msgpack.decode(hex("a3eda080"))).toThrow(utf8);
    expect(() => json.decode(hex("22eda08022"))).toThrow(utf8);
    expect(() => pickle.decode(hex("8c02c0802e"))).toThrow(utf8);
  });

  test("the key __proto__ is refused, however it is written", () => {
    expect(() => msgpack.decode(hex("81a95f5f70726f746f5f5f80"))).toThrow(key);
    expect(() => json.decode(text('{"__proto__":{"a":1}}'))).toThrow(key);
    expect(() => json.decode(text('{"\\u005f_proto\\u005f_":{"a":1}}'))).toThrow(key);
    expect(() => pickle.decode(text("}(V__proto__\n}u."))).toThrow(key);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  test("an integer is a number where it is exact as one, and a bigint elsewhere", () => {
    expect(msgpack.decode(hex("cf001fffffffffffff"))).toBe(2 ** 53 - 1);
    expect(msgpack.decode(hex("cf0020000000000000"))).toBe(2n ** 53n);
    expect(json.decode(text("[9007199254740991,9007199254740992]"))).toEqual([
      2 ** 53 - 1,
      2n ** 53n,
    ]);
    expect(pickle.decode(hex("8a07000000000000202e"))).toBe(2n ** 53n);
  });

  test("a length that is not there is refused before anything is kept for it", () => {
    const gone = expect.objectContaining({ code: "CODEC_TRUNCATED" }) as Error;
    for (const octet of ["ddffffffff", "dfffffffff", "dbffffffff", "c6ffffffff", "c9ffffffff01"]) {
      expect(() => msgpack.decode(hex(octet))).toThrow(gone);
    }
    expect(() => pickle.decode(hex("8dffffffffffffff7f2e"))).toThrow(gone);
  });

  test("a timestamp that no Date can say stays an extension", () => {
    expect(msgpack.decode(hex("c70cff000000007fffffffffffffff"))).toBeInstanceOf(Extension);
    expect(msgpack.decode(hex("d7ffffffffff00000001"))).toBeInstanceOf(Extension);
    expect(msgpack.decode(hex("c70cff1dcd6500ffffffffffffffff"))).toEqual(new Date(-500));
  });
});
