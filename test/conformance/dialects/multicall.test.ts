/** Conversations of K. Manley's zerorpc, with ours in the place of its server and of its client. */

import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { JsonCodec } from "../../../src/codec/json.ts";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { Batch } from "../../../src/rpc/batch.ts";
import { Caller } from "../../../src/rpc/caller.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import { RPC_DEFAULTS } from "../../../src/rpc/limits.ts";
import { saidBy, textOf } from "../../support/multicall.ts";
import { FramePeer } from "../../support/netcall.ts";
import { outcomeOf, scenario, type TestClient, type World } from "../../support/rpc.ts";

type CallParts = readonly [string, readonly unknown[], Readonly<Record<string, unknown>>];

interface Failed {
  readonly success: false;
  readonly error_type: string;
  readonly message: string;
  readonly traceback: string;
}

type Outcome = { readonly success: true; readonly result: unknown } | Failed;

interface Entry {
  readonly from: "client" | "server";
  readonly frames: readonly string[];
  readonly decoded: unknown;
}

interface Scenario {
  readonly name: string;
  readonly fatal?: boolean;
  readonly clientFrames?: string;
  readonly exchange: readonly Entry[];
}

const { scenarios } = JSON.parse(
  readFileSync(new URL("../../../../shared/vectors/zerorpc_json.json", import.meta.url), "utf8"),
) as { readonly scenarios: readonly Scenario[] };

const framesOf = ({ frames }: Entry): Message =>
  frames.map((hex) => new Uint8Array(Buffer.from(hex, "hex")));

function raise(name: string, message: string): never {
  throw Object.assign(new Error(message), { name });
}

/** What the recorded server offered. */
const service = {
  add: (a: number, b: number) => a + b,
  none: () => undefined,
  mixed: (a: unknown, b: unknown, ...rest: unknown[]) => ({
    a,
    b,
    rest: rest.slice(0, 1),
    named: { k: rest[1] },
  }),
  my: { namespace: { mult: (a: number, b: number) => a * b } },
  my_namespace: {
    raise_if_odd: (x: number) => (x % 2 === 0 ? x : raise("OddException", "x is odd!")),
  },
  inst: { increment: (by: number) => by },
  echo: (value: unknown) => value,
  echo_args: (...args: unknown[]) => args,
  fail: (text: string) => raise("ValueError", text),
};

/** What Python's declarations say. */
function describeMethod(name: string) {
  const plain = { optional: false, rest: false };
  if (name === "add") return { parameters: ["a", "b"].map((a) => ({ name: a, ...plain })) };
  if (name !== "mixed") return {};
  return { parameters: ["a", "b", "c", "k"].map((a) => ({ name: a, ...plain })) };
}

/** Answers whose octets depend on the language of the service. */
const BY_MEANING = new Set([
  // JavaScript has one kind of number: 1.0 is written as the integer 1.
  "values",
]);

function serve(world: World): FramePeer {
  const server = world.server({}, { dialects: [multicall()] });
  server.core.registry.addService("", service, { describe: describeMethod });
  return new FramePeer(world.hub, "client");
}

/** Without tracebacks, which are those of another language, and for wrong arguments the text. */
function essence(outcomes: unknown): unknown {
  return (outcomes as readonly Outcome[]).map((outcome) => {
    if (outcome.success) return outcome;
    const { success, error_type, message } = outcome;
    return error_type === "TypeError" ? { success, error_type } : { success, error_type, message };
  });
}

describe("a server of ours answers the recorded client", () => {
  for (const { name, exchange } of scenarios.filter(({ fatal }) => fatal !== true)) {
    scenario(name, async (world) => {
      const peer = serve(world);
      await world.settle();
      for (const entry of exchange) {
        if (entry.from === "client") peer.send(framesOf(entry));
        await world.settle();
        if (entry.from === "client") continue;
        const [answer, ...more] = peer.take();
        expect(more).toEqual([]);
        expect(answer?.slice(0, -1)).toEqual(framesOf(entry).slice(0, -1));
        expect(essence(saidBy(answer))).toEqual(essence(entry.decoded));
        const failed = (entry.decoded as Outcome[]).some(({ success }) => !success);
        if (failed && name !== "missing_function") continue;
        if (BY_MEANING.has(name)) continue;
        expect(textOf(answer?.at(-1))).toBe(textOf(framesOf(entry).at(-1)));
      }
    });
  }
});

describe("a server of ours answers what kills the original, and goes on", () => {
  for (const { name, exchange } of scenarios.filter(({ fatal }) => fatal === true)) {
    scenario(name, async (world) => {
      const peer = serve(world);
      await world.settle();
      peer.send(...exchange.map(framesOf));
      await world.settle();
      const [answer] = peer.take();
      expect(answer?.[0]).toHaveLength(0);
      for (const outcome of saidBy(answer) as Outcome[]) {
        expect(outcome).toMatchObject({ success: false, error_type: "TypeError" });
      }
      peer.send([new Uint8Array(0), new TextEncoder().encode('[["add",[1,2],{}]]')]);
      await world.settle();
      expect(peer.take().map(saidBy)).toEqual([[{ success: true, result: 3 }]]);
    });
  }
});

/** Makes the calls of a recorded request: one by itself, several as one message. */
function make({ core, caller }: TestClient, calls: readonly CallParts[]): Promise<unknown>[] {
  const batch = calls.length === 1 ? undefined : new Batch(core);
  const { timeoutMs } = RPC_DEFAULTS;
  const settings = { timeoutMs, idleTimeoutMs: Infinity, totalTimeoutMs: Infinity };
  const through =
    batch === undefined
      ? caller
      : new Caller(batch, { ...settings, headers: undefined, interceptors: [] });
  const made = calls.map(([name, args, named]) => through.call(name, args, { named }));
  batch?.send();
  return made.map(outcomeOf);
}

describe("a client of ours talks to the recorded server", () => {
  // Nothing is sent where there is no call, and what was made by hand is no client's.
  const made = scenarios.filter(
    ({ name, clientFrames }) => clientFrames === undefined && name !== "multicall_empty",
  );
  for (const { name, exchange } of made) {
    scenario(name, async (world) => {
      const peer = new FramePeer(world.hub, "server");
      const client = world.client({ dialect: multicall() });
      await world.settle();
      for (let at = 0; at < exchange.length; at += 2) {
        const [asked, told] = exchange.slice(at, at + 2) as [Entry, Entry];
        const outcomes = make(client, asked.decoded as CallParts[]);
        await world.settle();
        const [request, ...more] = peer.take();
        expect(more).toEqual([]);
        expect(request?.map(({ length }) => length).slice(0, 2)).toEqual([4, 0]);
        if (BY_MEANING.has(name)) expect(saidBy(request)).toEqual(asked.decoded);
        else expect(textOf(request?.[2])).toBe(textOf(framesOf(asked)[1]));

        peer.send([...(request ?? []).slice(0, 2), framesOf(told)[1] as Uint8Array]);
        await world.settle();
        // Long integers as they are, which the platform's reader would round.
        const exact = new JsonCodec().decode(framesOf(told)[1] as Uint8Array) as Outcome[];
        for (const [index, outcome] of exact.entries()) {
          const got = await outcomes[index];
          if (outcome.success) expect(got).toEqual(outcome.result);
          else {
            const { error_type, message, traceback } = outcome;
            expect(got).toMatchObject({ name: error_type, message, origin: "peer" });
            expect(got).toMatchObject({ peerStack: traceback === "" ? undefined : traceback });
          }
        }
      }
    });
  }
});
