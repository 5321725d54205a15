import { expect, test } from "vitest";
import { HandshakeLimit } from "../../../src/sockets/handshake-limit.ts";

function limit(maxHandshakes: number, maxHandshakesPerAddress: number): HandshakeLimit {
  return new HandshakeLimit({ maxHandshakes, maxHandshakesPerAddress });
}

test("lets in so many in all, and more when some are done", () => {
  const made = limit(2, 2);
  expect(made.enter("10.0.0.1:1")).toBeUndefined();
  expect(made.enter("10.0.0.2:1")).toBeUndefined();
  expect(made.enter("10.0.0.3:1")).toMatchObject({
    code: "SOCKET_HANDSHAKES",
    message: "expected at most maxHandshakes = 2 handshakes under way, got one more",
  });
  made.leave("10.0.0.1:1");
  expect(made.enter("10.0.0.3:1")).toBeUndefined();
});

test("counts an address whatever the port", () => {
  const made = limit(10, 2);
  expect(made.enter("[::1]:1")).toBeUndefined();
  expect(made.enter("[::1]:2")).toBeUndefined();
  expect(made.enter("[::1]:3")?.message).toContain("maxHandshakesPerAddress = 2 handshakes");
  expect(made.enter("10.0.0.2:3")).toBeUndefined();
  made.leave("[::1]:1");
  expect(made.enter("[::1]:3")).toBeUndefined();
  expect(made.enter("[::1]:4")).toBeDefined();
});

test("counts peers without an address in all only", () => {
  const made = limit(3, 1);
  expect([made.enter(""), made.enter(""), made.enter("")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(made.enter("")?.message).toContain("maxHandshakes = 3");
});
