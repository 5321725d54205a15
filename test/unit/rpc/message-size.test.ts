import { expect, test } from "vitest";
import { checkSize } from "../../../src/rpc/message-size.ts";
import type { Link } from "../../../src/rpc/transport.ts";

const message = [new Uint8Array(3), new Uint8Array(4)];
const link = (maxMessageOctets?: number): Link => ({ maxMessageOctets }) as Link;

test("messages up to the limit of their link pass, all frames together", () => {
  expect(checkSize(message, link(7), "m", true)).toBe(message);
  expect(checkSize(message, link(), "m", true)).toBe(message);
  expect(checkSize(undefined, link(7), "m", true)).toBeUndefined();
});

test("larger ones are refused with the limit and their size", () => {
  const refused = expect.objectContaining({
    code: "resource_exhausted",
    method: "m",
    mayHaveRun: false,
    message:
      "expected a message of at most maxMessageSize = 6 octets, got 7; raise the limit on both sides, or send it as a stream",
  }) as Error;
  expect(() => checkSize(message, link(6), "m", false)).toThrow(refused);
});
