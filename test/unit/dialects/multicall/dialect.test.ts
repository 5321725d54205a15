import { expect, test } from "vitest";
import { multicall } from "../../../../src/dialects/multicall/dialect.ts";
import { framed, octetsOf } from "../../../support/multicall.ts";

test("its messages are recognised, with and without hops", () => {
  const dialect = multicall();
  expect(dialect.recognises(framed('[["add",[1,2],{}]]'))).toBe(true);
  expect(dialect.recognises(framed("[]", octetsOf("hop")))).toBe(true);
  expect(dialect.recognises([octetsOf("[]")])).toBe(true);
});

test.each([
  ["zerorpc", [new Uint8Array(0), Uint8Array.of(0x93, 0x82)]],
  ["zrpc", [new Uint8Array(0), Uint8Array.of(0x94, 0xa1)]],
  ["jsonrpc", [octetsOf('{"jsonrpc":"2.0"}')]],
  ["a batch of jsonrpc", [octetsOf(' [ {"jsonrpc":"2.0"}]')]],
  ["netcall", ["|", "1", "add", "[]", "{}", "0"].map(octetsOf)],
  ["nobody", []],
])("those of %s are not", (_, message) => {
  expect(multicall().recognises(message)).toBe(false);
});

test("the number of calls in a message has to be one", () => {
  expect(() => multicall({ maxCalls: 0 })).toThrow(/maxCalls to be 1 or more, got 0/);
  expect(() => multicall({ maxCalls: NaN })).toThrow(/maxCalls/);
  expect(multicall({ maxCalls: Infinity }).name).toBe("multicall");
});

test("options that it has not and codecs that are none are refused", () => {
  type Options = Parameters<typeof multicall>[0];
  expect(() => multicall({ maxCals: 1 } as Options)).toThrow("did you mean maxCalls");
  expect(() => multicall({ codec: JSON } as unknown as Options)).toThrow(
    "expected a codec with encode and decode, got an object",
  );
});
