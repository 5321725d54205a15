import { describe, expect, it } from "vitest";

import { explain } from "../../../src/cli/explain.ts";
import { Client, RpcError } from "../../../src/node/index.ts";
import { SourceError } from "../../../src/node/source/index.ts";

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe("explain", () => {
  it("tells in our words what this side gave up on", () => {
    const error = new RpcError("unavailable", "nobody listens at x", { name: "RpcError" });
    expect(explain(error)).toEqual({ text: "nobody listens at x", usage: false });
  });

  it("names what the peer's handler threw", () => {
    const error = new RpcError("unknown", "no more", { name: "RangeError", origin: "peer" });
    expect(explain(error).text).toBe("RangeError: no more");
  });

  it("names the status of an error that has no name of its own", () => {
    const error = new RpcError("not_found", "no such row", { origin: "peer", details: { id: 7 } });
    expect(explain(error).text).toBe("not_found: no such row\ndetails: { id: 7 }");
  });

  it("shows the peer's stack once, with the message", () => {
    const init = { name: "E", origin: "peer" } as const;
    const javascript = new RpcError("unknown", "no", {
      ...init,
      peerStack: "E: no\n    at x.js:1",
    });
    expect(explain(javascript).text).toBe("E: no\n    at x.js:1");
    const bare = new RpcError("unknown", "no", { ...init, peerStack: "at x.js:1\n" });
    expect(explain(bare).text).toBe("E: no\n  at x.js:1");
  });

  it("shows where an endpoint is malformed", async () => {
    await using client = new Client();
    const error = thrownBy(() => client.connect('tcp://a"b:70000'));
    const { text, usage } = explain(error);
    expect(usage).toBe(true);
    expect(text).toMatch(/^malformed endpoint .*\n {2}tcp:\/\/a"b:70000\n +\^$/);
  });

  it.each([
    ["localhost:4301", /^did you mean tcp:\/\/localhost:4301\?$/m],
    ["4301", /^did you mean tcp:\/\/127\.0\.0\.1:4301\?$/m],
    ["serve", /^zerocall --server --bind <address> <module> serves a module; /m],
    ["./cooler.ts", /^zerocall --server --bind <address> <module> serves a module; /m],
    ["tcp://localhost", /\^$/],
  ])("tells what may be meant by %j in place of an address", async (word, hint) => {
    await using client = new Client();
    const { text, usage } = explain(thrownBy(() => client.connect(word)));
    expect(usage).toBe(true);
    expect(text).toMatch(hint);
  });

  it("shows of the peer's stack what is not ours", () => {
    const own = "    at invoke (file:///app/node_modules/zerocall/lib/rpc.js:3950:16)";
    const init = { name: "E", origin: "peer" } as const;
    const thrown = new RpcError("unknown", "no", {
      ...init,
      peerStack: `E: no\n    at x.js:1\n${own}`,
    });
    expect(explain(thrown).text).toBe("E: no\n    at x.js:1");
    const refused = new RpcError("unknown", "no", { ...init, peerStack: `E: no\n${own}` });
    expect(explain(refused).text).toBe("E: no");
  });

  it("tells wrong usage from failure", () => {
    expect(explain(new SourceError("SOURCE_NOT_FOUND", "no file")).usage).toBe(true);
    const failed = new SourceError("SOURCE_FAILED", "cannot load", { cause: new Error("inner") });
    expect(explain(failed).usage).toBe(false);
    expect(explain(failed).text).toMatch(/^cannot load\n {2}Error: inner\n/);
  });

  it("keeps the stack of what is no error of ours, and takes anything", () => {
    expect(explain(new TypeError("a bug")).text).toMatch(/^TypeError: a bug\n +at /);
    expect(explain("text").text).toBe("'text'");
  });
});
