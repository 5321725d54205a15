/**
 * Replays the conversations of the original zrpc in both roles and in virtual time.
 *
 * Compared octet by octet, with the ids of requests made the same, but for {@link BY_MEANING} and
 * {@link OURS}.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
import type { RpcError } from "../../../src/rpc/errors.ts";
import type { MethodDescription, ParameterDescription } from "../../../src/rpc/method.ts";
import type { VirtualClock } from "../../../src/testing/virtual-clock.ts";
import { notedValue } from "../../support/vector-values.ts";
import {
  TestZrpcClient,
  TestZrpcServer,
  toHex,
  toOctets,
  type ZrpcPeer,
} from "../../support/zrpc.ts";

interface Said {
  readonly from: "client" | "server";
  readonly atMs: number;
  readonly frames: readonly string[];
  /** Number of the connection. */
  readonly peer?: number;
  readonly decoded: unknown;
}

interface Scenario {
  readonly name: string;
  readonly socketTypes: { readonly client: string; readonly server: string };
  readonly clientFrames?: string;
  readonly clientRaises?: string;
  readonly exchange: readonly Said[];
}

const file = new URL("../../../../shared/vectors/zrpc.json", import.meta.url);
const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as { scenarios: readonly Scenario[] };
const table = scenarios.map((one) => [one.name, one] as const);

type Values = readonly unknown[];

/** Answers that depend on the language of the service, and what has to agree. */
const BY_MEANING: Readonly<Record<string, (ours: Values, theirs: Values) => void>> = {
  // JavaScript has one kind of number: 1.0 is written as the integer 1.
  call_values: (ours, theirs) => expect(ours).toEqual(theirs),
  // The message tells the signature, in the words of another language.
  wrong_arguments: (ours, [id]) => {
    expect(ours).toEqual([id, expect.stringMatching(/^TypeError: add\(\) .*add\(a, b\)$/), true]);
  },
  // The recorded service has more methods.
  list: ([id, methods, failed], [theirId, theirMethods, theirFailed]) => {
    expect([id, failed]).toEqual([theirId, theirFailed]);
    expect(theirMethods).toMatchObject(methods as object);
    expect(Object.keys(methods as object)).toHaveLength(8);
  },
};

const EMPTY = ["", ""];
/** What we say where the original says something else, or nothing. */
const OURS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  // The array of three is the older form of a request for echo([1]).
  sync_malformed_length: [["", "93a1789101c2"], EMPTY],
  asyncio_malformed_length: [["", "93a1789101c2"], EMPTY],
  // The original leaves its REQ caller without any answer.
  asyncio_malformed_msgpack: [EMPTY],
  asyncio_malformed_empty: [EMPTY],
};

const kindOf = (name: string): string => name.replace(/^(?:sync|asyncio)_/, "");

/** The service of the recordings, as far as they use it. */
function interop(clock: VirtualClock, counter: number): object {
  let count = counter;
  return {
    add: (a: number, b: number) => a + b,
    echo: (value: unknown) => value,
    echo_args: (...args: unknown[]) => [args, {}],
    func: (arg: string, kwarg: unknown = null) => ["func", arg, kwarg],
    none: () => undefined,
    fail: (message: string) => {
      throw Object.assign(new Error(message), { name: "ValueError" });
    },
    increment: (by = 1) => (count += by),
    slow: (seconds: number) =>
      new Promise((resolve) => {
        clock.schedule(clock.now() + seconds * 1000, () => resolve("slept"));
      }),
  };
}

const required = (...names: readonly string[]): readonly ParameterDescription[] =>
  names.map((name) => ({ name, optional: false, rest: false }));

/** What the declarations say: source text alone does not tell what is required. */
const DESCRIPTIONS: Readonly<Record<string, MethodDescription>> = {
  add: { parameters: required("a", "b") },
  echo: { doc: " Return the argument unchanged. ", parameters: required("value") },
  fail: { parameters: required("message") },
  slow: { parameters: required("seconds") },
  // In Python it takes all arguments by name, too.
  echo_args: {
    parameters: ["args", "kwargs"].map((name) => ({ name, optional: false, rest: true })),
  },
  func: {
    doc: "\n            Return the word 'func' and both arguments.\n\n                Indented line.\n            ",
    parameters: [
      ...required("arg"),
      { name: "kwarg", optional: true, rest: false, default: null, defaultText: "null" },
    ],
  },
};

describe("a server of ours answers the recorded client", () => {
  test.each(table)("%s", async (name, scenario) => {
    const server = new TestZrpcServer({});
    // The recorded service had been called before.
    const counter = kindOf(name) === "duplicate_request_id" ? 3 : 0;
    server.core.registry.addService("", interop(server.clock, counter), {
      describe: (method) => DESCRIPTIONS[method],
    });
    const peers = new Map<number, ZrpcPeer>();
    const heard: ZrpcPeer[] = [];
    for (const { from, frames, atMs, peer: number = 0 } of scenario.exchange) {
      await elapseTo(server.clock, atMs);
      if (from !== "client") continue;
      const peer = peers.get(number) ?? server.peer(scenario.socketTypes.client);
      peers.set(number, peer);
      heard.push(peer);
      peer.say(...frames.map(toOctets));
      await server.settle();
    }
    await server.clock.elapse(5000);

    const ours = OURS[name];
    for (const [index, peer] of [...new Set(heard)].entries()) {
      const answers = scenario.exchange.filter(
        (one) => one.from === "server" && (one.peer ?? 0) === index,
      );
      if (ours !== undefined) expect(peer.frames).toEqual([ours[index]]);
      else compare(kindOf(name), peer, answers);
    }
    expect(server.core.openCalls).toBe(0);
  });
});

function compare(kind: string, peer: ZrpcPeer, answers: readonly Said[]): void {
  const meaning = BY_MEANING[kind];
  if (meaning === undefined) {
    expect(peer.frames).toEqual(answers.map(({ frames }) => frames));
    return;
  }
  expect(peer.values).toHaveLength(answers.length);
  for (const [index, { decoded }] of answers.entries()) {
    meaning(peer.values[index] as Values, notedValue(decoded) as Values);
  }
}

describe("a client of ours calls the recorded server", () => {
  const recorded = table.filter(([, { clientFrames }]) => clientFrames === undefined);

  test.each(recorded)("%s", async (name, scenario) => {
    const client = new TestZrpcClient({}, { retryTimeoutMs: 500 });
    const peer = client.peer(scenario.socketTypes.server);
    /** Ids of the recording's requests, and of ours for the same calls. */
    const ids = new Map<unknown, string>();
    const outcomes: Promise<unknown>[] = [];
    for (const { from, frames, decoded, atMs } of scenario.exchange) {
      await elapseTo(client.clock, atMs);
      const [id, method, args, kwargs] = notedValue(decoded) as [string, string, unknown[], object];
      if (from === "server") {
        const ours = frames.map((frame) => frame.replace(hexOf(id), hexOf(ids.get(id) ?? "")));
        peer.say(...ours.map(toOctets));
      } else if (!ids.has(id)) {
        const named = kwargs as Readonly<Record<string, unknown>>;
        const call = client.caller.call(method ?? "_zrpc_list", args, { named });
        outcomes.push(call.then(toOutcome, toOutcome));
        ids.set(id, String((peer.values.at(-1) as Values)[0]));
      }
      await client.settle();
    }

    const requests = scenario.exchange.filter(({ from }) => from === "client");
    if (kindOf(name) === "call_values") {
      const said = requests.map(({ decoded }) => (notedValue(decoded) as Values).slice(1));
      expect(peer.values.map((value) => (value as Values).slice(1))).toEqual(said);
    } else {
      const said = requests.map(({ frames, decoded }) => {
        const [id] = decoded as [string];
        return frames.map((frame) => frame.replace(hexOf(id), hexOf(ids.get(id) ?? "")));
      });
      expect(peer.frames).toEqual(said);
    }
    const answers = scenario.exchange.filter(({ from }) => from === "server");
    for (const [index, outcome] of outcomes.entries()) {
      expect(await outcome).toEqual(expectedOutcome(answers[index]?.decoded));
    }
    expect(client.core.openCalls).toBe(0);
    expect(client.complaints).toEqual([]);
  });
});

function expectedOutcome(decoded: unknown): unknown {
  const [, payload, failed] = notedValue(decoded) as [string, unknown, boolean];
  if (!failed) return payload;
  const text = String(payload);
  if (text === "Invalid RPC method name: nope") {
    return ["NameError", 'the service has no method "nope"', "unimplemented"];
  }
  const at = text.indexOf(": ");
  return [text.slice(0, at), text.slice(at + 2), "unknown"];
}

function toOutcome(outcome: unknown): unknown {
  if (!(outcome instanceof Error)) return outcome;
  const { name, message, status } = outcome as RpcError;
  return [name, message, status];
}

function hexOf(text: string): string {
  return toHex(new TextEncoder().encode(text));
}

async function elapseTo(clock: VirtualClock, atMs: number): Promise<void> {
  await clock.elapse(Math.max(0, 1000 + atMs - clock.now()));
}

test("recognises its own requests in both forms and nothing else", () => {
  const { recognises } = zrpc();
  for (const { name, exchange } of scenarios) {
    for (const { from, frames } of exchange) {
      // An answer with an id of text looks like a request in the older form.
      if (from !== "client") continue;
      const isRequest = !/malformed_(?:msgpack|empty)$/.test(name) && !frames[1]?.startsWith("95");
      expect(recognises(frames.map(toOctets))).toBe(isRequest);
    }
  }
  expect(recognises([toOctets("9382a17603a16b01a3616464920102")])).toBe(false);
});
