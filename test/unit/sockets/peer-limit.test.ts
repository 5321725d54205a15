import { expect, test } from "vitest";
import { PeerLimit } from "../../../src/sockets/peer-limit.ts";

function limit(all: number, perAddress: number): PeerLimit {
  return new PeerLimit({
    code: "SOCKET_HANDSHAKES",
    what: "handshakes under way",
    all: ["maxHandshakes", all],
    perAddress: ["maxHandshakesPerAddress", perAddress],
  });
}

/** Lets one in if it may, and says why not. */
function enter(made: PeerLimit, address: string): Error | undefined {
  const refusal = made.refusal(address);
  if (refusal === undefined) made.enter(address);
  return refusal;
}

test("lets in so many in all, and more when some are done", () => {
  const made = limit(2, 2);
  expect(enter(made, "10.0.0.1:1")).toBeUndefined();
  expect(enter(made, "10.0.0.2:1")).toBeUndefined();
  expect(enter(made, "10.0.0.3:1")).toMatchObject({
    code: "SOCKET_HANDSHAKES",
    message: "expected at most maxHandshakes = 2 handshakes under way, got one more",
  });
  made.leave("10.0.0.1:1");
  expect(enter(made, "10.0.0.3:1")).toBeUndefined();
});

test("counts an address whatever the port", () => {
  const made = limit(10, 2);
  expect(enter(made, "[::1]:1")).toBeUndefined();
  expect(enter(made, "[::1]:2")).toBeUndefined();
  expect(enter(made, "[::1]:3")?.message).toBe(
    "expected at most maxHandshakesPerAddress = 2 handshakes under way with [::1], got one more",
  );
  expect(enter(made, "10.0.0.2:3")).toBeUndefined();
  made.leave("[::1]:1");
  expect(enter(made, "[::1]:3")).toBeUndefined();
  expect(enter(made, "[::1]:4")).toBeDefined();
});

test("counts peers without an address in all only", () => {
  const made = limit(3, 1);
  for (let count = 0; count < 3; count++) expect(enter(made, "")).toBeUndefined();
  expect(enter(made, "")?.message).toContain("maxHandshakes = 3");
});
