/**
 * Replays the conversations of the original zerorpc in both roles and in virtual time.
 *
 * Compared octet by octet, with the ids of events made the same: every request and every answer of
 * ours but those of {@link BY_MEANING}. Beats and grants are compared by what they are for: nothing
 * depends on when exactly they come.
 */

import { describe, expect, test } from "vitest";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { OneWayCodec } from "../../../src/dialects/zerorpc/one-way.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import type { MethodDescription } from "../../../src/rpc/method.ts";
import type { VirtualClock } from "../../../src/testing/virtual-clock.ts";
import { HOME, scenario as inWorld, type World } from "../../support/rpc.ts";
import {
  canonical,
  type Event,
  eventOf,
  type Recorded,
  RecordedPeer,
  type Scenario,
  SCENARIOS,
  toHex,
  toOctets,
} from "../../support/zerorpc-vectors.ts";

/** Answers whose octets depend on the language of the service, and what has to agree. */
const BY_MEANING: Readonly<Record<string, (ours: Event, theirs: Event) => void>> = {
  // The traceback is that of another language.
  error_remote: sameNameAndMessage,
  error_custom: sameNameAndMessage,
  error_unknown_method: sameNameAndMessage,
  stream_error_midway: sameNameAndMessage,
  stream_error_first: sameNameAndMessage,
  // The message tells the signature, in the words of another language.
  error_wrong_arguments: (ours, theirs) => {
    expect(argsOf(ours)[0]).toEqual(argsOf(theirs)[0]);
    expect(argsOf(ours)[1]).toContain("add(a, b)");
  },
  // JavaScript has one kind of number: 1.0 is written as the integer 1.
  call_floats: (ours, theirs) => expect(ours.args).toEqual(theirs.args),
  // The recorded service has more methods, and its methods have a `self`.
  builtin_list: (ours, theirs) => {
    expect(argsOf(theirs)[0]).toEqual(expect.arrayContaining(argsOf(ours)[0] as unknown[]));
  },
  builtin_args: (ours) => {
    expect(argsOf(ours)).toEqual([[["a", "b", "sep"], null, null, ["-"]]]);
  },
  builtin_args_varargs: (ours) => expect(argsOf(ours)).toEqual([[[], "args", null, null]]),
  builtin_inspect: (ours, theirs) => {
    expect(argsOf(ours)[0]).toMatchObject({
      name: "interop",
      methods: {
        add: { args: [{ name: "a" }, { name: "b" }], doc: ADD_DOC },
        concat: { args: [{ name: "a" }, { name: "b" }, { name: "sep", default: "-" }] },
        undocumented: { doc: null },
      },
    });
    expect(argsOf(theirs)[0]).toMatchObject({
      name: "interop",
      methods: { add: { doc: ADD_DOC } },
    });
  },
};

/** Where we do more than the original, on purpose: what comes after the recorded answers. */
const BEYOND: Readonly<Record<string, readonly string[]>> = {
  // The original drops a caller that never beats, and says nothing. Ours waits for the handler.
  heartbeat_client_without: ["OK"],
  // The original's client has given up; a server of ours cannot know and answers.
  heartbeat_only_client_fast: ["OK"],
};

const ADD_DOC = "Add two numbers.\n\nWorks on anything that has a plus operator.";

/** The service of the recordings, as far as they use it. */
function interop(clock: VirtualClock): object {
  return {
    add: (a: number, b: number) => a + b,
    concat: (a: string, b: string, sep = "-") => a + sep + b,
    echo_args: (...args: unknown[]) => args,
    fail: (message: string) => {
      throw Object.assign(new Error(message), { name: "ValueError" });
    },
    fail_custom: (message: string) => {
      throw Object.assign(new Error(message), { name: "InteropError" });
    },
    none: () => undefined,
    ns: { echo: (value: unknown) => value },
    slow: (seconds: number) =>
      new Promise((resolve) => {
        clock.schedule(clock.now() + seconds * 1000, () => resolve("slept"));
      }),
    *stream_range(n: number) {
      for (let i = 0; i < n; i++) yield i;
    },
    *stream_items(items: readonly unknown[]) {
      yield* items;
    },
    *stream_fail(n: number) {
      for (let i = 0; i < n; i++) yield i;
      throw Object.assign(new Error(`stream broke after ${n}`), { name: "RuntimeError" });
    },
    *stream_forever() {
      for (let i = 0; ; i++) yield i;
    },
    undocumented: () => undefined,
  };
}

/** What a declaration says of `add`: source text alone does not tell that both are needed. */
const describeMethod = (name: string): MethodDescription | undefined => {
  const needed = { optional: false, rest: false };
  const parameters = ["a", "b"].map((parameter) => ({ name: parameter, ...needed }));
  return name === "add" ? { doc: ADD_DOC, parameters } : undefined;
};

const ONE_WAY = ["push", "publish"];
const calls = [...SCENARIOS.values()].filter(({ name }) => !ONE_WAY.includes(name));

describe("a server of ours answers the recorded client", () => {
  for (const recording of calls) {
    inWorld(recording.name, async (world) => {
      const server = world.server({}, { name: "interop", heartbeatMs: 1000 });
      server.core.registry.addService("", interop(world.clock), { describe: describeMethod });
      const peer = new RecordedPeer(world.hub, "client", world.clock);
      peer.transport.connect(HOME);
      await world.settle();
      await replay(world, recording, (message) => {
        if (message.from === "client") peer.send(message.frames);
      });
      await world.clock.elapse(60_000);

      const beyond = BEYOND[recording.name] ?? [];
      const expected = recording.exchange.filter((one) => isWord(one, "server"));
      const ours = peer.words.slice(0, peer.words.length - beyond.length);
      expect(ours.map(({ frames }) => eventOf(frames)?.name)).toEqual(
        expected.map(({ frames }) => eventOf(frames)?.name),
      );
      for (const [index, { frames }] of expected.entries()) {
        checkAnswer(recording.name, ours[index]?.frames ?? [], frames);
      }
      const more = peer.words.slice(ours.length).map(({ frames }) => eventOf(frames)?.name);
      expect(more).toEqual(beyond);
      checkBeats(recording, peer);
    });
  }
});

describe("a client of ours calls the recorded server", () => {
  const recorded = calls.filter(({ name }) => !name.startsWith("raw_"));
  for (const recording of recorded) {
    inWorld(recording.name, async (world) => {
      const peer = new RecordedPeer(world.hub, "server", world.clock);
      await peer.transport.bind(HOME);
      const client = world.client(clientOptions(recording.name));
      await world.settle();

      const outcomes = new Map<string, Promise<Outcome>>();
      /** Ids of the recording's requests, and of ours for the same calls. */
      const ids = new Map<string, string>();
      await replay(world, recording, async (message) => {
        const event = eventOf(message.frames);
        if (event === undefined) throw new Error("a recorded message is no event");
        if (message.from === "server") {
          peer.send(withId(message.frames, idOf(event, "response_to"), ids));
          return;
        }
        if (!isWord(message, "client") || event.name === "_zpc_more") return;
        const id = idOf(event, "message_id");
        const call = client.call(event.name, ...(event.args as unknown[]));
        outcomes.set(id, settle(call, recording.name === "stream_stopped_early" ? 3 : Infinity));
        await world.settle();
        const request = eventOf(requestsOf(peer).at(-1) ?? []);
        if (request !== undefined) ids.set(id, idOf(request, "message_id"));
      });
      await world.clock.elapse(60_000);

      for (const [id, outcome] of outcomes) {
        expect(await outcome).toEqual(expectedOutcome(recording, id));
      }
      checkRequests(recording, peer);
      checkGrants(recording, peer);
      expect(client.core.openCalls).toBe(0);
    });
  }
});

describe("events that nobody answers", () => {
  test.each(ONE_WAY)("%s: are written as recorded, and read", (name) => {
    const codec = new OneWayCodec(Math.random);
    for (const { frames } of SCENARIOS.get(name)?.exchange ?? []) {
      const event = eventOf(frames);
      // The first message of a subscriber is its subscription.
      if (event === undefined || !Array.isArray(event.args)) continue;
      const { args, name: method } = event;
      expect(codec.decode(frames.map(toOctets))).toEqual({ method, args, headers: {} });
      const ours = codec.encode({ method, args, headers: {} });
      expect(canonical([toHex(ours)])).toEqual(canonical(frames));
    }
  });
});

/** Goes through the messages of a recording, each at its time. */
async function replay(
  world: World,
  { exchange }: Scenario,
  say: (message: Recorded) => void | Promise<void>,
): Promise<void> {
  const startedAt = world.clock.now();
  for (const message of exchange) {
    await world.clock.elapse(Math.max(0, startedAt + message.atMs - world.clock.now()));
    await say(message);
    await world.settle();
  }
}

function isWord({ from, frames }: Recorded, side: "client" | "server"): boolean {
  return from === side && eventOf(frames)?.name !== "_zpc_hb";
}

function argsOf(event: Event): readonly unknown[] {
  return event.args as readonly unknown[];
}

function sameNameAndMessage(ours: Event, theirs: Event): void {
  expect(argsOf(ours).slice(0, 2)).toEqual(argsOf(theirs).slice(0, 2));
  // Stacks are sent only where the server is told to.
  expect(argsOf(ours)[2]).toBeNull();
}

function checkAnswer(name: string, ours: readonly string[], theirs: readonly string[]): void {
  const compare = BY_MEANING[name];
  const [event, recorded] = [eventOf(ours), eventOf(theirs)];
  if (compare === undefined || recorded?.name === "STREAM") {
    expect(canonical(ours)).toEqual(canonical(theirs));
  } else if (event !== undefined && recorded !== undefined) {
    expect(Object.keys(event.header)).toEqual(Object.keys(recorded.header));
    compare(event, recorded);
  }
}

/** Beats have the recorded octets and come at least as often as the original's. */
function checkBeats({ name, exchange }: Scenario, peer: RecordedPeer): void {
  const beats = (frames: readonly string[]): boolean => eventOf(frames)?.name === "_zpc_hb";
  const form = exchange.find(({ frames }) => beats(frames));
  if (form !== undefined) {
    const ours = peer.heard.map(({ frames }) => frames).filter(beats);
    for (const frames of ours) expect(canonical(frames)).toEqual(canonical(form.frames));
  }
  if (!name.startsWith("heartbeat_")) return;
  const end = peer.words.at(-1)?.atMs ?? Infinity;
  const instants = [0, ...peer.beats.filter((at) => at <= end), end];
  const gaps = instants.slice(1).map((at, index) => at - (instants[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1100);
}

type Outcome =
  | { readonly value: unknown }
  | { readonly items: readonly unknown[]; readonly error?: unknown }
  | { readonly error: unknown };

/** Reads a call to its end, or `most` items of it. */
async function settle(
  call: AsyncIterable<unknown> & PromiseLike<unknown>,
  most: number,
): Promise<Outcome> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    return { error: told(error) };
  }
  if (typeof answer !== "object" || answer === null || !(Symbol.asyncIterator in answer)) {
    return { value: answer };
  }
  const items: unknown[] = [];
  try {
    for await (const item of answer as AsyncIterable<unknown>) {
      items.push(item);
      if (items.length === most) break;
    }
  } catch (error) {
    return { items, error: told(error) };
  }
  return { items };
}

function told(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  const { name, message, peerStack, status } = error;
  return error.origin === "peer" ? [name, message, peerStack] : status;
}

/** What the recorded answers mean to the caller. */
function expectedOutcome({ name, exchange }: Scenario, id: string): Outcome {
  if (name === "stream_stopped_early") return { items: [0, 1, 2] };
  const events = exchange
    .filter((one) => isWord(one, "server"))
    .map(({ frames }) => eventOf(frames) as Event)
    .filter((event) => idOf(event, "response_to") === id);
  const items = events.filter((event) => event.name === "STREAM").map((event) => event.args);
  const last = events.at(-1);
  // The recorded server fell silent; its caller's time runs out.
  if (last === undefined) return { error: "deadline_exceeded" };
  if (last.name === "OK") return { value: argsOf(last)[0] };
  if (last.name === "STREAM_DONE") return { items };
  const error = errorOf(last, name);
  return items.length === 0 ? { error } : { items, error };
}

function errorOf(event: Event, name: string): unknown {
  const [type, message, stack] = argsOf(event);
  if (name !== "error_unknown_method") return [type, message, stack];
  return [type, `the service has no method "${String(message)}"`, stack];
}

function clientOptions(name: string): Record<string, unknown> {
  return {
    heartbeatMs:
      name === "heartbeat_client_without" ? 0 : name === "heartbeat_only_client_fast" ? 300 : 1000,
    passiveHeartbeat: name === "heartbeat_passive_client",
    window: {
      maxWindowItems: name === "stream_small_buffer" ? 4 : 2048,
      maxWindowBytes: 4 * 1024 * 1024,
    },
  };
}

function idOf(event: Event, field: string): string {
  const id = event.header[field];
  return id instanceof Uint8Array ? toHex(id) : "";
}

function withId(
  frames: readonly string[],
  recorded: string,
  ids: ReadonlyMap<string, string>,
): readonly string[] {
  const ours = ids.get(recorded);
  if (ours === undefined || ours === "") throw new Error("a recorded answer comes before its call");
  return frames.map((frame) => frame.replaceAll(recorded, ours));
}

function requestsOf(peer: RecordedPeer): readonly (readonly string[])[] {
  return peer.heard
    .map(({ frames }) => frames)
    .filter((frames) => eventOf(frames)?.header["response_to"] === undefined);
}

const VERSION_FIELD = "a17603";
/** `zc` 1 and `timeout` 30000: what our requests say beyond the recorded ones. */
const OWN_FIELDS = "a27a6301a774696d656f7574cd7530";

/** Our requests are the recorded ones with our own header fields behind. */
function checkRequests({ name, exchange }: Scenario, peer: RecordedPeer): void {
  const recorded = exchange
    .filter((one) => isWord(one, "client"))
    .map(({ frames }) => frames)
    .filter((frames) => eventOf(frames)?.header["response_to"] === undefined)
    .map((frames) =>
      frames.map((frame) =>
        frame.replace(/^9382/, "9384").replace(VERSION_FIELD, VERSION_FIELD + OWN_FIELDS),
      ),
    );
  if (name === "call_floats") {
    const args = (frames: readonly string[]): unknown => eventOf(frames)?.args;
    expect(requestsOf(peer).map(args)).toEqual(recorded.map(args));
  } else expect(requestsOf(peer).map(canonical)).toEqual(recorded.map(canonical));
}

/** Grants and beats have the recorded form, and grants come only after the first item. */
function checkGrants({ name, exchange }: Scenario, peer: RecordedPeer): void {
  const follow = peer.heard
    .map(({ frames }) => frames)
    .filter((frames) => eventOf(frames)?.header["response_to"] !== undefined);
  const form = (want: string): string | undefined =>
    exchange
      .filter(({ from, frames }) => from === "client" && eventOf(frames)?.name === want)
      .map(({ frames }) => canonical(frames).join(" ").slice(0, -2))[0];
  let granted = 0;
  for (const frames of follow) {
    const event = eventOf(frames);
    if (event === undefined) throw new Error("what we said is no event");
    if (event.name === "_zpc_more") {
      granted += Number(argsOf(event)[0]);
      expect(canonical(frames).join(" ")).toContain(form("_zpc_more"));
    } else if (event.name === "_zpc_hb") {
      const recorded = form("_zpc_hb");
      if (recorded !== undefined) expect(canonical(frames).join(" ")).toContain(recorded);
    } else {
      // Giving up an unanswered call is said in an event that old peers ignore.
      expect(event.name).toBe("_zc_cancel");
    }
  }
  const items = exchange.filter(({ frames }) => eventOf(frames)?.name === "STREAM").length;
  const readToTheEnd = name !== "stream_stopped_early";
  if (items > 1 && readToTheEnd) expect(granted).toBeGreaterThanOrEqual(items - 1);
  if (items === 0) expect(granted).toBe(0);
}

test("recognises its own events and nothing else", () => {
  const { recognises } = zerorpc();
  for (const { frames } of [...SCENARIOS.values()].flatMap(({ exchange }) => exchange)) {
    const isEvent = eventOf(frames)?.header !== undefined && frames.at(-1)?.startsWith("93");
    expect(recognises(frames.map(toOctets))).toBe(isEvent);
  }
});
