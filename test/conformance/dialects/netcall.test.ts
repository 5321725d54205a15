/**
 * Conversations of the original NetCall, with ours in the place of its service and of its client.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeAscii, encodeAscii } from "../../../src/base/text.ts";
import type { Codec } from "../../../src/codec/codec.ts";
import { JsonCodec } from "../../../src/codec/json.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import {
  json,
  msgpack,
  pickle,
  type Serializer,
} from "../../../src/dialects/netcall/serializer.ts";
import type { Caller } from "../../../src/rpc/caller.ts";
import type { RemoteStream } from "../../../src/rpc/remote-stream.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import { everything, FramePeer } from "../../support/netcall.ts";
import { outcomeOf, World } from "../../support/rpc.ts";
import { notedValue } from "../../support/vector-values.ts";

interface Entry {
  readonly from: "client" | "server";
  readonly frames: readonly string[];
  readonly decoded: {
    readonly procedure?: string;
    readonly args?: unknown;
    readonly kwargs?: unknown;
    readonly ignore?: string;
    readonly type?: string;
    readonly result?: unknown;
    readonly error?: {
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: unknown;
    };
  };
}

interface Scenario {
  readonly name: string;
  readonly serializer: "json" | "msgpack" | "pickle";
  readonly clientFrames?: string;
  readonly exchange: readonly Entry[];
}

const { scenarios } = JSON.parse(
  readFileSync(new URL("../../../../shared/vectors/netcall.json", import.meta.url), "utf8"),
) as { readonly scenarios: readonly Scenario[] };

const SERIALIZERS: Readonly<Record<Scenario["serializer"], Serializer>> = {
  json: json(),
  msgpack: msgpack(),
  pickle: pickle(),
};
const jsonCodec = new JsonCodec();

const framesOf = ({ frames }: Entry): Message =>
  frames.map((hex) => new Uint8Array(Buffer.from(hex, "hex")));

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** What the recorded service offered. */
const service = {
  add: (a: number, b: number) => a + b,
  none: () => null,
  mixed: (a: unknown, b: unknown, rest: unknown, k: unknown) => ({
    a,
    b,
    rest: [rest],
    named: { k },
  }),
  echo: (value: unknown) => value,
  echo_args: (...args: unknown[]) => args,
  record: () => null,
  fail: (text: string) => {
    throw named("ValueError", text);
  },
  fail_custom: (text: string) => {
    throw named("InteropError", text);
  },
  *gen_range(count: number) {
    for (let n = 0; n < count; n++) yield n;
  },
  *gen_echo(first: unknown): Generator<unknown, void, unknown> {
    let value = first;
    for (;;) {
      try {
        value = yield value;
      } catch (error) {
        value = [(error as Error).name, (error as Error).message];
      }
    }
  },
  *gen_fail(count: number) {
    for (let n = 0; n < count; n++) yield n;
    throw named("RuntimeError", `generator broke after ${count}`);
  },
  ns: { echo: (value: unknown) => value },
};

/** As the command line knows parameters: which of them may be left out. */
const describeAdd = (name: string) =>
  name === "add"
    ? { parameters: ["a", "b"].map((each) => ({ name: each, optional: false, rest: false })) }
    : undefined;

/** Failures that cannot have the words of the original: they are Python's own. */
const OWN_WORDS = /fail_arguments|bad_arguments/;
/** What is thrown comes as a pickled object, of which ours reads the class alone. */
const UNREAD = "an exception that came as a pickled object, whose text is not read";

function expectedResult(scenario: Scenario, { decoded }: Entry): unknown {
  const result = notedValue(decoded.result);
  if (scenario.name !== "pickle_generator_throw" || !Array.isArray(result)) return result;
  return ["ValueError", UNREAD];
}

/** Checks one answer of ours against the one that the original gave. */
function checkAnswer(scenario: Scenario, recorded: Entry, ours: Message | undefined): void {
  const codec: Codec = SERIALIZERS[scenario.serializer];
  const expected = framesOf(recorded);
  const at = expected.length - 4;
  expect(ours?.slice(0, at + 3)).toStrictEqual(expected.slice(0, at + 3));
  const payload = ours?.[at + 3] as Uint8Array;
  const { type, error } = recorded.decoded;
  if (type === "ACK") expect(decodeAscii(payload)).toBe("test");
  else if (type !== "FAIL") {
    expect(codec.decode(payload)).toStrictEqual(expectedResult(scenario, recorded));
  } else checkFailure(scenario, error, jsonCodec.decode(payload) as Record<string, unknown>);
}

function checkFailure(
  scenario: Scenario,
  recorded: Entry["decoded"]["error"],
  ours: Readonly<Record<string, unknown>>,
): void {
  if (OWN_WORDS.test(scenario.name)) {
    expect(ours).toMatchObject({ ename: "TypeError", status: "invalid_argument", ran: false });
    return;
  }
  const thrown = scenario.name === "pickle_generator_throw_uncaught";
  expect(ours["ename"]).toBe(recorded?.ename);
  expect(ours["evalue"]).toBe(thrown ? UNREAD : recorded?.evalue);
  if (recorded?.traceback === null) expect(ours["traceback"]).toBeNull();
}

describe("in the place of the original service", () => {
  test.each(scenarios)("$name is answered in the same way", async (scenario) => {
    const world = new World();
    const { core } = world.idleServer({}, { dialects: [everything()] });
    core.registry.addService("", service, { describe: describeAdd });
    void core.bind("memory://home");
    const peer = new FramePeer(world.hub, "client");
    await world.settle();
    for (const entry of scenario.exchange) {
      if (entry.from === "client") {
        peer.send(framesOf(entry));
        // oxlint-disable-next-line no-await-in-loop -- the conversation goes on step by step
        await world.settle();
      } else checkAnswer(scenario, entry, peer.heard.shift());
    }
    expect(peer.heard).toEqual([]);
    await peer.transport.close(0);
    await world.checkQuiet();
  });
});

/** Plays the recorded service to a client of ours. */
class RecordedService {
  readonly #scenario: Scenario;
  readonly #peer: FramePeer;
  readonly #codec: Codec;

  constructor(scenario: Scenario, peer: FramePeer) {
    this.#scenario = scenario;
    this.#peer = peer;
    this.#codec = SERIALIZERS[scenario.serializer];
  }

  /** Checks that the client says what the original client said, and returns the id that it uses. */
  check({ decoded }: Entry, id: Uint8Array | undefined): Uint8Array {
    const [bar, ourId, name, args, kwargs, flag] = this.#peer.heard.shift() ?? [];
    expect([bar, name, flag].map((frame) => decodeAscii(frame as Uint8Array))).toEqual([
      "|",
      decoded.procedure,
      decoded.ignore,
    ]);
    expect(decodeAscii(ourId as Uint8Array)).toMatch(/^[0-9a-f]{1,8}$/);
    if (decoded.procedure?.startsWith("_") === true) expect(ourId).toStrictEqual(id);
    expect(this.#codec.decode(kwargs as Uint8Array)).toStrictEqual(notedValue(decoded.kwargs));
    const payload = this.#codec.decode(args as Uint8Array);
    if (decoded.procedure === "_THROW") expect(payload).toEqual(thrownBy(decoded.args));
    else expect(payload).toStrictEqual(notedValue(decoded.args));
    return ourId as Uint8Array;
  }

  answer(entry: Entry, id: Uint8Array): void {
    const recorded = [...framesOf(entry)];
    recorded[1] = id;
    this.#peer.send(recorded);
    expect(this.#scenario.exchange).toContain(entry);
  }
}

/** Class name and text of what was thrown; a pickled exception is noted by its repr. */
function thrownBy(args: unknown): readonly [string, string] {
  const [name, value] = args as [string, string | { readonly $object: string }];
  const text = typeof value === "string" ? value : (/'(.*)'/.exec(value.$object)?.[1] ?? "");
  return [name, text];
}

/** What a caller gets of a recorded answer. */
function expectedOutcome({ decoded }: Entry, step: boolean): unknown {
  const { type, error } = decoded;
  if (type === "FAIL" && step && /StopIteration|GeneratorExit/.test(error?.ename ?? "")) {
    return { value: undefined, done: true };
  }
  if (type === "FAIL") return { origin: "peer", name: error?.ename, peerStack: error?.traceback };
  const value = notedValue(decoded.result);
  return step ? { value, done: false } : value;
}

/** Does what the original client was told to do. */
function act(
  { decoded }: Entry,
  caller: Caller,
  stream: RemoteStream | undefined,
): PromiseLike<unknown> {
  const { procedure = "", args, kwargs, ignore } = decoded;
  const given = notedValue(args);
  if (stream !== undefined && procedure === "_SEND") return stream.next(given ?? undefined);
  if (stream !== undefined && procedure === "_CLOSE") return stream.return();
  if (stream !== undefined && procedure === "_THROW") {
    return stream.throw(named(...thrownBy(args)));
  }
  if (ignore === "1") return caller.notify(procedure, given as unknown[]);
  const names = notedValue(kwargs) as Record<string, unknown>;
  const options = Object.keys(names).length === 0 ? {} : { named: names };
  return caller.call(procedure, given as unknown[], options);
}

describe("in the place of the original client", () => {
  const ofClients = scenarios.filter(({ clientFrames }) => clientFrames !== "hand made");

  test.each(ofClients)("$name is said in the same way", async (scenario) => {
    const world = new World();
    const peer = new FramePeer(world.hub, "server");
    const dialect = netcall({ serializers: [SERIALIZERS[scenario.serializer]] });
    const { caller } = world.client({ dialect, timeoutMs: Infinity });
    await world.settle();
    const recorded = new RecordedService(scenario, peer);
    let id = encodeAscii("");
    let stream: RemoteStream | undefined;
    let outcome: Promise<unknown> | undefined;
    let step = false;
    for (const entry of scenario.exchange) {
      if (entry.from === "server") {
        const { type } = entry.decoded;
        recorded.answer(entry, id);
        // oxlint-disable-next-line no-await-in-loop -- the conversation goes on step by step
        await world.settle();
        if (type === "ACK") continue;
        // oxlint-disable-next-line no-await-in-loop
        const got = await outcome;
        if (type === "YIELD" && !step) stream = got as RemoteStream;
        else if (type === "FAIL") expect(got).toMatchObject(expectedOutcome(entry, step) as object);
        else expect(got).toStrictEqual(expectedOutcome(entry, step));
        continue;
      }
      step = entry.decoded.procedure?.startsWith("_") === true;
      outcome = outcomeOf(act(entry, caller, stream));
      // oxlint-disable-next-line no-await-in-loop
      await world.settle();
      id = recorded.check(entry, id);
    }
    expect(peer.heard).toEqual([]);
    await peer.transport.close(0);
    await world.checkQuiet();
  });
});
