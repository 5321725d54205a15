import { describe, expect, it } from "vitest";
import { withoutOwnFrames } from "../../../src/cli/frames.ts";

const OWN = [
  "    at Object.invoke (file:///app/node_modules/zerocall/lib/rpc.js:332:29)",
  "    at Dispatcher.#run (C:\\app\\node_modules\\zerocall\\src\\rpc\\dispatcher.ts:266:13)",
  "    at TCP.onStreamRead (node:internal/stream_base_commons:191:23)",
];

describe("withoutOwnFrames", () => {
  it("ends a stack with the last frame of whoever is served", () => {
    const theirs = ["RangeError: too warm", "    at Cooler.fail (/app/cooler.ts:7:17)"];
    expect(withoutOwnFrames([...theirs, ...OWN].join("\n"))).toBe(theirs.join("\n"));
  });

  it("keeps frames of Node above a line of whoever is served", () => {
    const stack = "TypeError: no\n    at join (node:path:1305:7)\n    at f (/app/cooler.ts:7:17)";
    expect(withoutOwnFrames(`${stack}\n${OWN.join("\n")}\n`)).toBe(stack);
  });

  it("leaves the message alone where all frames are ours", () => {
    expect(withoutOwnFrames(["RpcError: no", ...OWN].join("\n"))).toBe("RpcError: no");
  });

  it("knows this very copy, whatever its folder is called", () => {
    const here = new URL("../../../src/rpc/server.ts", import.meta.url).href;
    const theirs = "Error: no\n    at f (/app/cooler.ts:7:17)";
    expect(withoutOwnFrames(`${theirs}\n    at handle (${here}:1:2)`)).toBe(theirs);
  });

  it("leaves tracebacks of Python as they are", () => {
    const traceback = 'Traceback:\n  File "zerocall/lib/x.py", line 1, in f\nKeyError: 1';
    expect(withoutOwnFrames(traceback)).toBe(traceback);
  });
});
