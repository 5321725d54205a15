import { expect, test } from "vitest";
import { jsonrpc, type JsonrpcOptions } from "../../../../src/dialects/jsonrpc/dialect.ts";

test.each<[object, string]>([
  [{ batch: false }, 'there is no jsonrpc option "batch"; did you mean batches?'],
  [{ nullIds: "ignore" }, 'expected nullIds "notification" or "call", got "ignore"'],
])("options %j are refused", (options, message) => {
  expect(() => jsonrpc(options as JsonrpcOptions)).toThrow(message);
});

test("names are looked for in lower case and with underscores", () => {
  expect(jsonrpc().otherName?.("Get-Thing")).toBe("get_thing");
});
