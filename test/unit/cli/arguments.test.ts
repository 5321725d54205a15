import { describe, expect, it } from "vitest";

import { parseArguments } from "../../../src/cli/arguments.ts";
import type { Command } from "../../../src/cli/arguments.ts";
import { Mistake } from "../../../src/cli/mistakes.ts";

const ADDRESS = "tcp://127.0.0.1:1234";

function command(line: string): Command {
  return parseArguments(line.split(" ").filter((word) => word !== "")).command;
}

function mistake(line: string): Mistake {
  try {
    command(line);
  } catch (error) {
    if (error instanceof Mistake) return error;
    throw error;
  }
  throw new Error(`"${line}" is no mistake`);
}

function call(line: string): Extract<Command, { type: "call" }> {
  const parsed = command(line);
  if (parsed.type !== "call") throw new Error(`"${line}" is no call but ${parsed.type}`);
  return parsed;
}

describe("what may be left out", () => {
  it("lists the methods when there is only an address", () => {
    expect(command(ADDRESS)).toEqual({
      type: "list",
      signatures: false,
      options: {
        bind: [],
        connect: [ADDRESS],
        heartbeatMs: 5000,
        protocols: ["zerorpc"],
        serializer: undefined,
        debug: false,
        timeoutMs: 30_000,
        activeHeartbeat: false,
        printJson: false,
      },
    });
  });

  it("calls the command that follows the address with the words that follow it", () => {
    expect(call(`${ADDRESS} join a b c`)).toMatchObject({
      method: "join",
      params: ["a", "b", "c"],
      json: false,
      options: { connect: [ADDRESS], bind: [] },
    });
  });

  it("takes the positional address for the command with --connect or --bind", () => {
    expect(call(`--connect ${ADDRESS} join a b`)).toMatchObject({
      method: "join",
      params: ["a", "b"],
      options: { connect: [ADDRESS] },
    });
    expect(call("--bind tcp://*:0 join a")).toMatchObject({
      method: "join",
      params: ["a"],
      options: { bind: ["tcp://*:0"], connect: [] },
    });
  });

  it("lists the methods with --connect alone", () => {
    expect(command(`--connect ${ADDRESS}`).type).toBe("list");
  });

  it("repeats and mixes --connect and --bind", () => {
    const line = "--connect a://1 --bind b://1 --connect=a://2 --bind b://2 m";
    expect(call(line).options).toMatchObject({
      connect: ["a://1", "a://2"],
      bind: ["b://1", "b://2"],
    });
  });

  it("serves a module at a bound or a connected address", () => {
    expect(command("--server --bind tcp://*:0 node:path")).toMatchObject({
      type: "serve",
      module: "node:path",
      poolSize: undefined,
      links: { bind: ["tcp://*:0"], connect: [], heartbeatMs: 5000 },
    });
    expect(command(`--server ${ADDRESS} node:path`)).toMatchObject({
      type: "serve",
      links: { bind: [], connect: [ADDRESS] },
    });
  });
});

describe("options", () => {
  it("knows the odd short ones wherever they stand", () => {
    expect(call(`-j -pj ${ADDRESS} m 1`)).toMatchObject({
      json: true,
      options: { printJson: true },
    });
    expect(call(`${ADDRESS} m 1 -pj`)).toMatchObject({
      params: ["1"],
      options: { printJson: true },
    });
    expect(command(`-? ${ADDRESS}`)).toMatchObject({ type: "list", signatures: true });
    expect(command(`${ADDRESS} -? m`)).toMatchObject({ type: "describe", method: "m" });
  });

  it("takes durations in seconds, also parts of one, and 0 or inf for none", () => {
    expect(call(`--timeout 0.25 --heartbeat=.5 ${ADDRESS} m`).options).toMatchObject({
      timeoutMs: 250,
      heartbeatMs: 500,
    });
    expect(call(`--timeout inf --heartbeat 0 ${ADDRESS} m`).options).toMatchObject({
      timeoutMs: 0,
      heartbeatMs: 0,
    });
  });

  it("reads the rest of them", () => {
    expect(call(`--client --active-hb -d --protocol zerorpc ${ADDRESS} m`).options).toMatchObject({
      activeHeartbeat: true,
      debug: true,
    });
    expect(command("--server --pool-size 7 --bind x m")).toMatchObject({ poolSize: 7 });
    expect(command("--server --workers 2 --bind x m")).toMatchObject({ workers: 2 });
    expect(parseArguments(["--no-color", ADDRESS]).color).toBe(false);
    expect(parseArguments([ADDRESS]).color).toBe(true);
  });

  it("helps and tells its version before it looks at anything else", () => {
    expect(command("-h").type).toBe("help");
    expect(command(`--help ${ADDRESS} m`).type).toBe("help");
    expect(command("-V").type).toBe("version");
  });
});

describe("parameters that look like options", () => {
  it("takes negative numbers as they are", () => {
    expect(call(`${ADDRESS} add -1 -12 -.5 -1e3`).params).toEqual(["-1", "-12", "-.5", "-1e3"]);
  });

  it("takes everything behind -- as it is", () => {
    const line = `${ADDRESS} echo -- -j -? -pj -- --bind x`;
    expect(call(line).params).toEqual(["-j", "-?", "-pj", "--", "--bind", "x"]);
    expect(call(line).json).toBe(false);
  });

  it("takes a lone dash and empty words", () => {
    expect(parseArguments([ADDRESS, "echo", "-", ""]).command).toMatchObject({ params: ["-", ""] });
  });
});

describe("mistakes", () => {
  it("names the nearest option", () => {
    expect(mistake(`--tiemout 5 ${ADDRESS}`).message).toBe(
      'unknown option --tiemout; did you mean "--timeout"?'.replaceAll('"', ""),
    );
    expect(mistake(`--tiemout=5 ${ADDRESS}`).message).toContain("--timeout");
    expect(mistake(`--tiemout 5 ${ADDRESS}`).showUsage).toBe(true);
  });

  it("tells how to pass a parameter that starts with a dash", () => {
    expect(mistake(`${ADDRESS} echo -x`).message).toBe(
      'unknown option -x; parameters that start with a dash go behind "--"',
    );
  });

  it.each([
    ["", /expected an address/],
    ["--server --bind tcp://*:0", /--server expects a module/],
    ["--server tcp://*:0", /--server expects a module/],
    ["--server node:path", /--server expects --bind or --connect with an address for "node:path"/],
    ["--server --bind tcp://*:0 a b", /serves one module, got also "b"/],
    ["--client --server x", /exclude each other/],
    [`--timeout soon ${ADDRESS}`, /--timeout expects seconds, such as 30 or 0.5, got "soon"/],
    [`--timeout=-1 ${ADDRESS}`, /--timeout expects seconds/],
    [`--timeout 1e99 ${ADDRESS}`, /--timeout expects seconds/],
    [`--heartbeat 99999999 ${ADDRESS}`, /--heartbeat expects seconds/],
    ["--server --pool-size 0 --bind x m", /--pool-size expects a whole number from 1, got "0"/],
    ["--server --pool-size 2.5 --bind x m", /--pool-size expects/],
    ["--server --workers 0 --bind x m", /--workers expects a whole number from 1, got "0"/],
    ["--server --workers two --bind x m", /--workers expects a whole number from 1, got "two"/],
    ["--server --bind x m --workers", /--workers expects a value/],
    [`--workers 3 ${ADDRESS} m`, /--workers goes with --server/],
    ["--workers 3 call service method", /--workers goes with --server/],
    [
      `call ${ADDRESS} join a b`,
      /^call takes the name of a service of this machine; .*: zerocall tcp:\/\/127.0.0.1:1234 join$/,
    ],
    ["--bind x ./cooler.ts", /^"\.\/cooler\.ts" is no method; --server serves a module$/],
    ["--connect x ../cooler", /^"\.\.\/cooler" is no method; --server serves a module$/],
    [`--pool-size 3 ${ADDRESS} m`, /--pool-size goes with --server/],
    ["--connect", /--connect expects a value/],
    ["--bind -d m", /--bind expects a value/],
    ["--bind= m", /--bind expects a value/],
    [`--protocol zrpc --protocol jsonrpc ${ADDRESS} m`, /a client speaks one --protocol/],
    [`--json=1 ${ADDRESS}`, /--json takes no value, got "1"/],
    [
      `--protocol grpc ${ADDRESS}`,
      /--protocol expects zerorpc, jsonrpc, netcall, zrpc, multicall, got "grpc"/,
    ],
  ])("refuses %j", (line, message) => {
    expect(mistake(line).message).toMatch(message);
  });
});
