/**
 * Whole servers and clients in virtual time and memory, against a peer that says anything.
 *
 * Inputs are those of the translators; the kind of a message's last piece also says how much time
 * passes behind it.
 *
 * @module
 */

import { Caller } from "#dist/rpc/caller.js";
import { ClientCore } from "#dist/rpc/client.js";
import type { Dialect } from "#dist/rpc/dialect.js";
import { RpcError } from "#dist/rpc/errors.js";
import { RPC_DEFAULTS } from "#dist/rpc/limits.js";
import type { Message } from "#dist/rpc/packet.js";
import { WINDOW_DEFAULTS } from "#dist/rpc/receive-window.js";
import { ServerCore } from "#dist/rpc/server.js";
import type { Link, Transport, TransportOwner } from "#dist/rpc/transport.js";
import { VirtualClock } from "#dist/testing/virtual-clock.js";
import { MemoryHub } from "#dist/transports/memory.js";

import { law, type Target } from "../target.ts";
import { DIALECTS, honestAnswers, honestRequests, messagesIn } from "./dialects.ts";

const HOME = "memory://home";
const MAX_INPUT_BYTES = 4096;
const LONG_MS = 10 * 60_000;

const service = {
  add: (a: number, b: number) => a + b,
  echo: (value: unknown) => value,
  fail: () => {
    throw new RpcError("not_found", "no such cup", { details: { cup: 1 } });
  },
  async late() {
    await Promise.resolve();
    return "late";
  },
  *count(n: number) {
    for (let i = 0; i < Math.min(20, n); i++) yield i;
  },
  *mirror() {
    let heard: unknown = "first";
    for (let turn = 0; turn < 20; turn++) heard = yield heard;
  },
  sum: async (numbers: AsyncIterable<number>) => {
    let sum = 0;
    for await (const one of numbers) sum += one;
    return sum;
  },
};

/** A peer without a session. */
class Stranger implements TransportOwner {
  readonly transport: Transport;
  link: Link | undefined;

  constructor(hub: MemoryHub, role: "client" | "server") {
    this.transport = hub.transport(role, this);
  }

  opened(link: Link): void {
    this.link = link;
  }

  received(): void {
    // It does not listen.
  }

  drained(): void {
    // It never waits.
  }

  closed(): void {
    this.link = undefined;
  }

  unreachable(): void {
    // It goes on trying.
  }
}

/** What clients and servers have in common here. */
function shared(clock: VirtualClock, hub: MemoryHub) {
  return {
    clock,
    transport: hub.transport,
    heartbeatMs: RPC_DEFAULTS.heartbeatMs,
    window: WINDOW_DEFAULTS,
    observer: undefined,
    resolveEndpoint: (endpoint: string) => endpoint,
  };
}

/** Says everything and lets time pass; in the end nothing may be left. */
async function talk(
  clock: VirtualClock,
  stranger: Stranger,
  messages: readonly Message[],
): Promise<void> {
  for (const message of messages) {
    stranger.link?.send(message);
    const [first = 0] = message.at(-1) ?? [];
    await clock.elapse(message.length > 2 && first % 16 === 7 ? 3000 : 0);
  }
  await clock.elapse(0);
}

async function serve(dialects: readonly Dialect[], input: Uint8Array): Promise<void> {
  const clock = new VirtualClock(1000);
  const hub = new MemoryHub();
  const server = new ServerCore({
    ...shared(clock, hub),
    name: "fuzzed",
    platformPrototypes: new Set(),
    dialects,
    poolSize: 4,
    maxQueuedCalls: 50,
    maxCallsPerPeer: 50,
    sendStacks: false,
    interceptors: [],
  });
  server.registry.addService("", service);
  void server.bind(HOME);
  const stranger = new Stranger(hub, "client");
  stranger.transport.connect(HOME);
  await clock.elapse(0);
  await talk(clock, stranger, messagesIn(input));
  law(server.openCalls <= 50, `${server.openCalls} calls of one peer are open`);
  stranger.link?.close();
  stranger.transport.disconnect(HOME);
  await clock.elapse(LONG_MS);
  const left = server.openCalls;
  await server.close();
  await clock.elapse(LONG_MS);
  law(left === 0, `${left} calls are open whose peer is gone`);
  law(clock.pending === 0, `${clock.pending} timers are left`);
}

async function ask(dialect: Dialect, input: Uint8Array): Promise<void> {
  const clock = new VirtualClock(1000);
  const hub = new MemoryHub();
  const core = new ClientCore({
    ...shared(clock, hub),
    dialect,
    passiveHeartbeat: false,
    maxQueuedCalls: 50,
  });
  const stranger = new Stranger(hub, "server");
  void stranger.transport.bind(HOME);
  core.connect(HOME);
  await clock.elapse(0);
  const caller = new Caller(core, {
    timeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    totalTimeoutMs: 20_000,
    headers: undefined,
    interceptors: [],
  });
  let settled = 0;
  const made = ["add", "count"].map((method) => caller.call(method, [1, [2, "x"], { a: null }]));
  const waits = made.map(async (call) => {
    try {
      const value: unknown = await call;
      if (isStream(value)) for await (const item of value) law(item !== law, "no item");
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    } finally {
      settled++;
    }
  });
  await talk(clock, stranger, messagesIn(input));
  await clock.elapse(LONG_MS);
  law(settled === 2, `${2 - settled} calls have come to nothing`);
  await Promise.all(waits);
  await core.close();
  await stranger.transport.close(0);
  await clock.elapse(LONG_MS);
  law(clock.pending === 0, `${clock.pending} timers are left`);
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

const words = Object.values(DIALECTS).flatMap((dialect) => dialect.words);

/** Servers of one dialect and of all, and clients. */
export const SESSION_TARGETS: readonly Target[] = [
  ...Object.entries(DIALECTS).flatMap(([name, dialect]): Target[] => {
    const common = {
      words: [...dialect.words, ...Object.keys(service)],
      sources: [`dialects/${name}/`],
      maxInputBytes: MAX_INPUT_BYTES,
    };
    return [
      {
        ...common,
        name: `${name}-serving`,
        seeds: () => honestRequests(dialect.make()),
        run: (input) => serve([dialect.make()], input),
      },
      {
        ...common,
        name: `${name}-calling`,
        seeds: () => honestAnswers(dialect.make()),
        run: (input) => ask(dialect.make(), input),
      },
    ];
  }),
  {
    name: "every-tongue",
    seeds: () => Object.values(DIALECTS).flatMap(({ make }) => honestRequests(make())),
    words: [...words, ...Object.keys(service)],
    sources: ["dialects/"],
    maxInputBytes: MAX_INPUT_BYTES,
    run: (input) =>
      serve(
        Object.values(DIALECTS).map(({ make }) => make()),
        input,
      ),
  },
];
