import { expect, test } from "vitest";
import { zrpc, type ZrpcOptions } from "../../../../src/dialects/zrpc/dialect.ts";

test.each<[object, string]>([
  [{ from: "payload" }, 'there is no zrpc option "from"; did you mean form?'],
  [{ form: "old" }, 'expected form "arguments" or "payload", got "old"'],
])("options %j are refused", (options, message) => {
  expect(() => zrpc(options as ZrpcOptions)).toThrow(message);
});
