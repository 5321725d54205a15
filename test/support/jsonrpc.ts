/** Clients and servers that speak JSON-RPC with a peer that says what a test tells it. */

import { jsonrpc, type JsonrpcOptions } from "../../src/dialects/jsonrpc/dialect.ts";
import { Caller } from "../../src/rpc/caller.ts";
import { ClientCore } from "../../src/rpc/client.ts";
import { RPC_DEFAULTS } from "../../src/rpc/limits.ts";
import type { Message } from "../../src/rpc/packet.ts";
import { WINDOW_DEFAULTS } from "../../src/rpc/receive-window.ts";
import type { RpcEvent } from "../../src/rpc/rpc-event.ts";
import { ServerCore, type ServerSettings } from "../../src/rpc/server.ts";
import type { Link, Transport, TransportFactory, TransportOwner } from "../../src/rpc/transport.ts";
import { VirtualClock } from "../../src/testing/virtual-clock.ts";

/** The other end of a link, in the hands of a test. */
export class ScriptedPeer implements Link {
  readonly endpoint = "test://here";
  readonly address = "test";
  readonly socketType: string;
  readonly #owner: TransportOwner;
  /** What was sent to it. */
  readonly heard: Message[] = [];
  readonly id: number;
  full = false;
  sentMessages = 0;

  constructor(owner: TransportOwner, socketType: string, id = 1) {
    this.#owner = owner;
    this.socketType = socketType;
    this.id = id;
  }

  /** What was sent to it, each frame as text. */
  get texts(): readonly (readonly string[])[] {
    return this.heard.map((message) => message.map((frame) => new TextDecoder().decode(frame)));
  }

  /** What was sent to it since the last time, each frame as text. */
  take(): readonly (readonly string[])[] {
    const texts = this.texts;
    this.heard.length = 0;
    return texts;
  }

  say(...frames: readonly (string | Uint8Array)[]): void {
    const octets = frames.map((frame) =>
      typeof frame === "string" ? new TextEncoder().encode(frame) : frame,
    );
    this.#owner.received(this, [octets]);
  }

  drain(): void {
    this.full = false;
    this.#owner.drained(this);
  }

  leave(): void {
    this.#owner.closed(this, undefined);
  }

  send(message: Message): void {
    this.heard.push(message);
    this.sentMessages++;
  }

  pause(): void {
    // It says what it is told to.
  }

  resume(): void {
    // See `pause`.
  }

  close(): void {
    this.leave();
  }
}

class NoTransport implements Transport {
  readonly bound: readonly string[] = [];
  readonly connected: readonly string[] = [];
  bind(endpoint: string): Promise<string> {
    return Promise.resolve(endpoint);
  }
  connect(): void {
    // Peers come by themselves.
  }
  unbind(): Promise<void> {
    return Promise.resolve();
  }
  disconnect(): void {
    // See `connect`.
  }
  retire(): void {
    // See `connect`.
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const transport: TransportFactory = () => new NoTransport();

/** A server of ours. */
export class JsonrpcServer {
  readonly clock = new VirtualClock(1000);
  readonly events: RpcEvent[] = [];
  readonly core: ServerCore;
  #peers = 0;

  constructor(service: object, options: JsonrpcOptions = {}, more: Partial<ServerSettings> = {}) {
    this.core = new ServerCore({
      name: "test",
      clock: this.clock,
      platformPrototypes: new Set(),
      transport,
      dialects: [jsonrpc(options)],
      heartbeatMs: RPC_DEFAULTS.heartbeatMs,
      poolSize: Infinity,
      maxQueuedCalls: RPC_DEFAULTS.maxQueuedCalls,
      maxCallsPerPeer: RPC_DEFAULTS.maxCallsPerPeer,
      sendStacks: false,
      window: WINDOW_DEFAULTS,
      interceptors: [],
      observer: (event) => this.events.push(event),
      resolveEndpoint: (endpoint) => endpoint,
      ...more,
    });
    this.core.registry.addService("", service);
  }

  /** A client that is there. */
  peer(socketType = "DEALER"): ScriptedPeer {
    const peer = new ScriptedPeer(this.core, socketType, ++this.#peers);
    this.core.opened(peer);
    return peer;
  }

  /** Says a text as a DEALER and resolves with all that is answered to it. */
  async ask(text: string | Uint8Array): Promise<readonly string[]> {
    const peer = this.peer();
    peer.say(text);
    await this.settle();
    return peer.take().map((frames) => frames.join("|"));
  }

  settle(): Promise<void> {
    return this.clock.elapse(0);
  }

  /** Reasons of what was reported as malformed. */
  get complaints(): readonly string[] {
    return this.events.flatMap((event) => (event.type === "malformed" ? [event.reason] : []));
  }
}

/** A client of ours. */
export class JsonrpcClient {
  readonly clock = new VirtualClock(1000);
  readonly events: RpcEvent[] = [];
  readonly core: ClientCore;
  readonly caller: Caller;

  constructor(options: JsonrpcOptions = {}) {
    const dialect = jsonrpc(options);
    this.core = new ClientCore({
      clock: this.clock,
      transport,
      dialect,
      heartbeatMs: RPC_DEFAULTS.heartbeatMs,
      passiveHeartbeat: false,
      maxQueuedCalls: RPC_DEFAULTS.maxQueuedCalls,
      window: WINDOW_DEFAULTS,
      observer: (event) => this.events.push(event),
      resolveEndpoint: (endpoint) => endpoint,
    });
    this.caller = new Caller(this.core, {
      timeoutMs: dialect.timeoutMs ?? 0,
      idleTimeoutMs: Infinity,
      totalTimeoutMs: Infinity,
      headers: undefined,
      interceptors: [],
    });
  }

  /** A server that is there. */
  peer(socketType = "ROUTER"): ScriptedPeer {
    const peer = new ScriptedPeer(this.core, socketType);
    this.core.opened(peer);
    return peer;
  }

  settle(): Promise<void> {
    return this.clock.elapse(0);
  }

  get complaints(): readonly string[] {
    return this.events.flatMap((event) => (event.type === "malformed" ? [event.reason] : []));
  }
}
