/** Clients and servers that speak zrpc, in virtual time, with peers that say what a test tells them. */

import { MsgpackCodec } from "../../src/codec/msgpack.ts";
import { zrpc, type ZrpcOptions } from "../../src/dialects/zrpc/dialect.ts";
import { Caller } from "../../src/rpc/caller.ts";
import { ClientCore, type ClientSettings } from "../../src/rpc/client.ts";
import { RPC_DEFAULTS } from "../../src/rpc/limits.ts";
import type { Message } from "../../src/rpc/packet.ts";
import { WINDOW_DEFAULTS } from "../../src/rpc/receive-window.ts";
import type { RpcEvent } from "../../src/rpc/rpc-event.ts";
import { ServerCore, type ServerSettings } from "../../src/rpc/server.ts";
import type { Link, Transport, TransportFactory, TransportOwner } from "../../src/rpc/transport.ts";
import { VirtualClock } from "../../src/testing/virtual-clock.ts";

export const toOctets = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
export const toHex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

const codec = new MsgpackCodec();
const DELIMITER = new Uint8Array(0);

/** The other end of a link, in the hands of a test. */
export class ZrpcPeer implements Link {
  readonly endpoint = "test://here";
  readonly address = "test";
  readonly heard: Message[] = [];
  readonly id: number;
  readonly socketType: string;
  readonly #owner: TransportOwner;
  full = false;
  sentMessages = 0;

  constructor(owner: TransportOwner, socketType: string, id: number) {
    this.#owner = owner;
    this.socketType = socketType;
    this.id = id;
  }

  /** What was sent to it, in hexadecimal frames. */
  get frames(): readonly (readonly string[])[] {
    return this.heard.map((message) => message.map(toHex));
  }

  /** What was sent to it, as values. */
  get values(): readonly unknown[] {
    return this.heard.map((message) => codec.decode(message.at(-1) as Uint8Array));
  }

  /** Says frames as they are. */
  say(...frames: readonly Uint8Array[]): void {
    this.#owner.received(this, [frames]);
  }

  /** Says a value behind a delimiter. */
  tell(value: unknown): void {
    this.say(DELIMITER, codec.encode(value));
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

/** Peers come by themselves. */
const noTransport: TransportFactory = (): Transport => ({
  bound: [],
  connected: [],
  bind: (endpoint) => Promise.resolve(endpoint),
  connect: () => undefined,
  unbind: () => Promise.resolve(),
  disconnect: () => undefined,
  retire: () => undefined,
  close: () => Promise.resolve(),
});

/** A server or a client, and what it reports. */
class Side {
  readonly clock = new VirtualClock(1000);
  readonly events: RpcEvent[] = [];

  settle(): Promise<void> {
    return this.clock.elapse(0);
  }

  /** Reasons of what was reported as malformed. */
  get complaints(): readonly string[] {
    return this.events.flatMap((event) => (event.type === "malformed" ? [event.reason] : []));
  }
}

/** A server of ours. */
export class TestZrpcServer extends Side {
  readonly core: ServerCore;
  #peers = 0;

  constructor(service: object, settings: Partial<ServerSettings> = {}) {
    super();
    this.core = new ServerCore({
      name: "test",
      clock: this.clock,
      platformPrototypes: new Set(),
      transport: noTransport,
      dialects: [zrpc()],
      heartbeatMs: RPC_DEFAULTS.heartbeatMs,
      poolSize: Infinity,
      maxQueuedCalls: RPC_DEFAULTS.maxQueuedCalls,
      maxCallsPerPeer: RPC_DEFAULTS.maxCallsPerPeer,
      sendStacks: false,
      window: WINDOW_DEFAULTS,
      interceptors: [],
      observer: (event) => this.events.push(event),
      resolveEndpoint: (endpoint) => endpoint,
      ...settings,
    });
    this.core.registry.addService("", service);
  }

  /** A client that is there. */
  peer(socketType = "DEALER"): ZrpcPeer {
    const peer = new ZrpcPeer(this.core, socketType, ++this.#peers);
    this.core.opened(peer);
    return peer;
  }

  /** Asks as a REQ peer of its own and resolves with all that is answered. */
  async ask(value: unknown): Promise<readonly unknown[]> {
    const peer = this.peer("REQ");
    peer.tell(value);
    await this.settle();
    return peer.values;
  }
}

/** A client of ours. */
export class TestZrpcClient extends Side {
  readonly core: ClientCore;
  readonly caller: Caller;
  #peers = 0;

  constructor(options: ZrpcOptions = {}, settings: Partial<ClientSettings> = {}) {
    super();
    this.core = new ClientCore({
      clock: this.clock,
      transport: noTransport,
      dialect: zrpc(options),
      heartbeatMs: RPC_DEFAULTS.heartbeatMs,
      passiveHeartbeat: false,
      maxQueuedCalls: RPC_DEFAULTS.maxQueuedCalls,
      window: WINDOW_DEFAULTS,
      observer: (event) => this.events.push(event),
      resolveEndpoint: (endpoint) => endpoint,
      ...settings,
    });
    this.caller = new Caller(this.core, {
      timeoutMs: RPC_DEFAULTS.timeoutMs,
      idleTimeoutMs: Infinity,
      totalTimeoutMs: Infinity,
      headers: undefined,
      interceptors: [],
    });
  }

  /** A server that is there. */
  peer(socketType = "ROUTER"): ZrpcPeer {
    const peer = new ZrpcPeer(this.core, socketType, ++this.#peers);
    this.core.opened(peer);
    return peer;
  }
}
