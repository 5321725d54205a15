import { channel } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { DIAGNOSTICS_CHANNEL, type Logger, observeWith } from "../../../src/node/log.ts";
import type { RpcEvent } from "../../../src/rpc/rpc-event.ts";

/** A logger that keeps its lines and fails at the level debug. */
function failing(lines: string[]): Logger {
  const keep = (line: string): void => void lines.push(line);
  const debug = (): never => {
    throw new Error("disk full");
  };
  return { debug, info: keep, warn: keep, error: keep };
}

test("a logger that throws is told of it as an error, as is the channel, and nobody else", () => {
  const lines: string[] = [];
  const heard: unknown[] = [];
  const listen = (event: unknown): void => void heard.push((event as RpcEvent).type);
  const diagnostics = channel(DIAGNOSTICS_CHANNEL);
  diagnostics.subscribe(listen);
  const observe = observeWith("server", failing(lines));
  observe({ type: "call-started", method: "add", address: "" });
  diagnostics.unsubscribe(listen);
  expect(heard).toEqual(["call-started", "fault"]);
  expect(lines).toEqual([expect.stringContaining("the logger has failed: Error: disk full")]);
});

test("a logger that throws at everything is let alone", () => {
  const fail = (): never => {
    throw new Error("disk full");
  };
  const observe = observeWith("client", { debug: fail, info: fail, warn: fail, error: fail });
  expect(() => observe({ type: "closed" })).not.toThrow();
});

test.each([
  ["message", "peer 1.2.3.4 at tcp://a:1 was disconnected, as a message of it met a mistake"],
  ["timer", "peer 1.2.3.4 at tcp://a:1 was disconnected, as the timer of a call met a mistake"],
] as const)("a fault at a %s says what met it", (at, text) => {
  const lines: string[] = [];
  const fault = { type: "fault", at, endpoint: "tcp://a:1", address: "1.2.3.4" } as const;
  observeWith("server", failing(lines))({ ...fault, error: new TypeError("oh") });
  expect(lines).toEqual([expect.stringContaining(`${text} in zerocall: TypeError: oh`)]);
});

test.each([
  ["without a text", Object.create(null) as unknown, "[object Object]"],
  [
    "whose stack cannot be read",
    Object.defineProperty(new Error("x"), "stack", {
      get: () => {
        throw new Error("no");
      },
    }),
    "Error: x",
  ],
])("what a handler throws is logged, also something %s", (_what, error, text) => {
  const lines: string[] = [];
  const failed = { type: "call-failed", method: "add", address: "" } as const;
  observeWith("server", failing(lines))({ ...failed, error });
  expect(lines).toEqual([`add() called by ? failed: ${text}`]);
});
