/** Clients and servers in virtual time, joined in memory, and peers that say what a test tells them. */

import { expect, test } from "vitest";
import { MsgpackCodec } from "../../src/codec/msgpack.ts";
import { zerorpc } from "../../src/dialects/zerorpc/dialect.ts";
import { Caller, type CallerSettings, type CallOptions } from "../../src/rpc/caller.ts";
import { ClientCore, type ClientSettings } from "../../src/rpc/client.ts";
import type { Call } from "../../src/rpc/call.ts";
import { RPC_DEFAULTS } from "../../src/rpc/limits.ts";
import type { Message } from "../../src/rpc/packet.ts";
import { WINDOW_DEFAULTS } from "../../src/rpc/receive-window.ts";
import type { RpcEvent } from "../../src/rpc/rpc-event.ts";
import { ServerCore, type ServerSettings } from "../../src/rpc/server.ts";
import type { Link, Transport, TransportFactory, TransportOwner } from "../../src/rpc/transport.ts";
import { VirtualClock } from "../../src/testing/virtual-clock.ts";
import { MemoryHub, type MemoryOptions, type MemoryWire } from "../../src/transports/memory.ts";

/** Where everything binds and connects unless told otherwise. */
export const HOME = "memory://home";

/** A client as tests use it. */
export interface TestClient {
  readonly core: ClientCore;
  readonly caller: Caller;
  readonly events: RpcEvent[];
  call(method: string, ...args: unknown[]): Call;
  callWith(options: CallOptions, method: string, ...args: unknown[]): Call;
}

/** A server as tests use it. */
export interface TestServer {
  readonly core: ServerCore;
  readonly events: RpcEvent[];
}

/** Everything that one scenario needs. */
export class World {
  readonly clock = new VirtualClock(1000);
  readonly hub: MemoryHub;
  readonly #clients: TestClient[] = [];
  readonly #servers: TestServer[] = [];

  constructor(options?: MemoryOptions) {
    this.hub = new MemoryHub(options);
  }

  /** The only wire there is. */
  get wire(): MemoryWire {
    const [wire] = this.hub.wires;
    if (wire === undefined) throw new Error("there is no wire");
    return wire;
  }

  /** A server that is bound at {@link HOME}. */
  server(service: object, options: Partial<ServerSettings> = {}): TestServer {
    const server = this.idleServer(service, options);
    void server.core.bind(HOME);
    return server;
  }

  /** A server with no endpoint. */
  idleServer(service: object, options: Partial<ServerSettings> = {}): TestServer {
    const events: RpcEvent[] = [];
    const core = new ServerCore({
      name: "test",
      clock: this.clock,
      platformPrototypes: new Set(),
      transport: this.hub.transport,
      dialects: [zerorpc()],
      heartbeatMs: RPC_DEFAULTS.heartbeatMs,
      poolSize: Infinity,
      maxQueuedCalls: RPC_DEFAULTS.maxQueuedCalls,
      maxCallsPerPeer: RPC_DEFAULTS.maxCallsPerPeer,
      sendStacks: false,
      window: WINDOW_DEFAULTS,
      interceptors: [],
      observer: (event) => events.push(event),
      resolveEndpoint: (endpoint) => endpoint,
      ...options,
    });
    core.registry.addService("", service);
    const server = { core, events };
    this.#servers.push(server);
    return server;
  }

  /** A client that is connected to {@link HOME}. */
  client(options: Partial<ClientSettings> & Partial<CallerSettings> = {}): TestClient {
    const client = this.idleClient(options);
    client.core.connect(HOME);
    return client;
  }

  /** A client with no endpoint. */
  idleClient(options: Partial<ClientSettings> & Partial<CallerSettings> = {}): TestClient {
    const events: RpcEvent[] = [];
    const core = new ClientCore({
      clock: this.clock,
      transport: this.hub.transport,
      dialect: zerorpc(),
      heartbeatMs: RPC_DEFAULTS.heartbeatMs,
      passiveHeartbeat: false,
      maxQueuedCalls: RPC_DEFAULTS.maxQueuedCalls,
      window: WINDOW_DEFAULTS,
      observer: (event) => events.push(event),
      resolveEndpoint: (endpoint) => endpoint,
      ...options,
    });
    const caller = new Caller(core, {
      timeoutMs: RPC_DEFAULTS.timeoutMs,
      idleTimeoutMs: Infinity,
      totalTimeoutMs: Infinity,
      headers: undefined,
      interceptors: [],
      ...options,
    });
    const client: TestClient = {
      core,
      caller,
      events,
      call: (method, ...args) => caller.call(method, args),
      callWith: (callOptions, method, ...args) => caller.call(method, args, callOptions),
    };
    this.#clients.push(client);
    return client;
  }

  /** A peer without a session of its own, connected to {@link HOME}. */
  rawClient(): RawPeer {
    const peer = new RawPeer(this.hub, "client");
    peer.transport.connect(HOME);
    return peer;
  }

  /** A peer without a session of its own, bound at {@link HOME}. */
  rawServer(): RawPeer {
    const peer = new RawPeer(this.hub, "server");
    void peer.transport.bind(HOME);
    return peer;
  }

  /** Lets everything happen that takes no time. */
  settle(): Promise<void> {
    return this.clock.elapse(0);
  }

  /** Checks that no call, no timer and no promise of this world is left behind. */
  async checkQuiet(): Promise<void> {
    await this.clock.elapse(0);
    for (const { core } of this.#servers) expect(core.openCalls).toBe(0);
    for (const { core } of this.#clients) expect(core.openCalls).toBe(0);
    // Timers of calls that are over may fire once more, and then no other is set.
    await this.clock.elapse(10 * 60_000);
    expect(this.clock.pending).toBe(0);
    await Promise.all([...this.#clients, ...this.#servers].map(({ core }) => core.close()));
    await this.clock.elapse(0);
    expect(this.hub.wires).toEqual([]);
    expect(this.clock.pending).toBe(0);
  }
}

/** A test in a world of its own that has to be quiet again in the end. */
export function scenario(
  name: string,
  body: (world: World) => Promise<void>,
  options?: MemoryOptions,
): void {
  // oxlint-disable-next-line vitest/expect-expect -- the body expects, and `checkQuiet` does
  test(name, async () => {
    const world = new World(options);
    await body(world);
    await world.checkQuiet();
  });
}

/** A transport whose peers have been verified to be somebody, each in its turn. */
export function verifying(hub: MemoryHub, who: () => string | undefined): TransportFactory {
  return (role, owner) =>
    hub.transport(role, {
      opened: (link) => owner.opened(Object.assign(link, { identity: who() })),
      received: (link, messages) => owner.received(link, messages),
      drained: (link) => owner.drained(link),
      closed: (link, error) => owner.closed(link, error),
      unreachable: (endpoint, error, final) => owner.unreachable(endpoint, error, final),
    });
}

/** An event of zerorpc as values. */
export type RawEvent = readonly [Record<string, unknown>, string, unknown];

/** Speaks zerorpc event by event. */
export class RawPeer implements TransportOwner {
  readonly transport: Transport;
  readonly events: RawEvent[] = [];
  readonly #codec = new MsgpackCodec();
  #link: Link | undefined;
  #nextId = 1;

  constructor(hub: MemoryHub, role: "client" | "server") {
    this.transport = hub.transport(role, this);
  }

  /** The latest events' names and args, without their headers. */
  get said(): readonly (readonly [string, unknown])[] {
    return this.events.map(([, name, args]) => [name, args]);
  }

  /** Sends an event and returns its id. */
  send(name: string, args: unknown, header: Record<string, unknown> = {}): unknown {
    const id = `id-${this.#nextId++}`;
    this.sendOctets(this.#codec.encode([{ message_id: id, v: 3, ...header }, name, args]));
    return id;
  }

  /** Sends an event whose args are text of no encoding. */
  sendBadText(name: string, header: Record<string, unknown>): void {
    const octets = this.#codec.encode([{ message_id: "bad", v: 3, ...header }, name, "?"]);
    octets[octets.length - 1] = 0xff;
    this.sendOctets(octets);
  }

  /** Answers an event. */
  answer(event: RawEvent, name: string, args: unknown, header: Record<string, unknown> = {}): void {
    this.send(name, args, { response_to: event[0]["message_id"], ...header });
  }

  sendOctets(octets: Uint8Array): void {
    this.#link?.send([new Uint8Array(0), octets]);
  }

  /** Reads nothing more until {@link RawPeer.resume}. */
  pause(): void {
    this.#link?.pause();
  }

  resume(): void {
    this.#link?.resume();
  }

  opened(link: Link): void {
    this.#link = link;
  }

  received(_link: Link, messages: readonly Message[]): void {
    for (const message of messages) {
      this.events.push(this.#codec.decode(message.at(-1) as Uint8Array) as RawEvent);
    }
  }

  drained(): void {
    // It never waits.
  }

  closed(): void {
    this.#link = undefined;
  }

  unreachable(): void {
    // It goes on trying.
  }
}

/** What a promise came to, as a status or a value. */
export async function outcomeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
}

/** Reads a stream to its end. */
export async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** A promise that a test settles when it likes, and the list of all that were made. */
export class Gate {
  readonly #open: (() => void)[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#open.length;
  }

  /** Waits until the test opens the gate. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#open.push(resolve);
    });
  }

  /** Lets those through that wait. */
  open(): void {
    for (const resolve of this.#open.splice(0)) resolve();
  }
}

/** A server at an endpoint of its own that says its name. */
export function named(world: World, name: string, more: object = {}): TestServer {
  const server = world.idleServer({
    who: () => name,
    hang: () => new Promise(() => undefined),
    ...more,
  });
  void server.core.bind(`memory://${name}`);
  return server;
}

/** Makes calls one after the other. */
export async function gather(
  world: World,
  make: () => PromiseLike<unknown>,
  count: number,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const answer = make();
    await world.settle();
    answers.push(await answer);
  }
  return answers;
}
