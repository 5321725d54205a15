import { describe, expect, test } from "vitest";
import { CodecError } from "../../../../src/codec/errors.ts";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import {
  type Serializer,
  serializerOf,
  ujson,
} from "../../../../src/dialects/multicall/serializer.ts";
import { octetsOf, textOf } from "../../../support/multicall.ts";

const serializers: readonly (readonly [string, Serializer])[] = [
  ["json", ujson()],
  ["another codec", serializerOf(new MsgpackCodec())],
];

describe.each(serializers)("lists in %s", (_, serializer) => {
  const listOf = (...values: unknown[]): Uint8Array =>
    serializer.list(values.map((value) => serializer.entry(value)));

  test("are written entry by entry", () => {
    expect(serializer.decode(listOf())).toEqual([]);
    expect(serializer.decode(listOf(1, "two", [3]))).toEqual([1, "two", [3]]);
  });

  test("are joined in order", () => {
    const lists = [listOf(1, 2), listOf([]), listOf("]"), listOf({})];
    expect(serializer.decode(serializer.join(lists))).toEqual([1, 2, [], "]", {}]);
    expect(serializer.join([listOf(1)])).toEqual(listOf(1));
  });

  test("refuse what cannot be written at the entry", () => {
    expect(() => serializer.entry(() => 1)).toThrow(/cannot be encoded/);
    expect(() => serializer.result(() => 1)).toThrow(/cannot be encoded/);
  });

  test("have results also where there is nothing", () => {
    const entries = [undefined, 0, [1]].map((result) => serializer.result(result));
    expect(serializer.decode(serializer.list(entries))).toEqual([
      { success: true, result: null },
      { success: true, result: 0 },
      { success: true, result: [1] },
    ]);
  });

  test("refuse what cannot be read", () => {
    expect(() => serializer.decode(new Uint8Array(0))).toThrow(CodecError);
  });
});

test("json is written as ujson writes it", () => {
  const { list, entry } = ujson();
  const octets = list([entry(["é/", NaN, 2n ** 80n, { a: undefined, b: Infinity }])]);
  expect(textOf(octets)).toBe('[["\\u00e9\\/",NaN,1208925819614629174706176,{"b":Infinity}]]');
});

test("json is read as ujson writes it", () => {
  const read = ujson().decode(octetsOf('["\\/",-Infinity,123456789012345678901234567890]'));
  expect(read).toEqual(["/", -Infinity, 123456789012345678901234567890n]);
});
