/**
 * The RPC transport inside one process: messages go from one owner to another as they are, in order
 * and never within the turn that sent them.
 *
 *     client ── MemoryLink ── MemoryWire ── MemoryLink ── server
 *
 * For tests, and for a service and its caller that share a process. A wire can be frozen and broken,
 * so that a test meets every state that a real one has, without waiting for it.
 *
 * Knows no clock: what waits for a peer that does not read is dropped when its link closes.
 *
 * @module
 */

import { wholeOctets } from "../base/octets.ts";
import type { Message, OutgoingMessage } from "../rpc/packet.ts";
import type {
  Gathering,
  Link,
  Transport,
  TransportFactory,
  TransportOwner,
} from "../rpc/transport.ts";
import { TransportError } from "../sockets/errors.ts";

/** Options of a {@link MemoryHub}. */
export interface MemoryOptions {
  /**
   * How many messages may wait for a peer before its link is full.
   *
   * @default 1000
   */
  readonly highWaterMark?: number;
}

const DEFAULTS = { highWaterMark: 1000 } as const;

/** A set of endpoints in memory. Any text is an endpoint; only those of one hub know each other. */
export class MemoryHub {
  readonly #highWaterMark: number;
  readonly #bound = new Map<string, MemoryTransport>();
  readonly #connected = new Map<string, Set<MemoryTransport>>();
  readonly #wires = new Set<MemoryWire>();
  #nextLinkId = 1;

  constructor(options: MemoryOptions = {}) {
    this.#highWaterMark = options.highWaterMark ?? DEFAULTS.highWaterMark;
  }

  /** Makes transports for clients and servers: their option `transport`. */
  readonly transport: TransportFactory = (_role, owner) => new MemoryTransport(this, owner);

  /** The wires that are there, oldest first. */
  get wires(): readonly MemoryWire[] {
    return [...this.#wires];
  }

  /** @throws {TransportError} `TRANSPORT_ADDRESS_IN_USE` */
  bind(endpoint: string, transport: MemoryTransport): void {
    if (this.#bound.has(endpoint)) {
      throw new TransportError("TRANSPORT_ADDRESS_IN_USE", `${endpoint} is bound already`, {
        endpoint,
      });
    }
    this.#bound.set(endpoint, transport);
    for (const waiting of this.#connected.get(endpoint) ?? []) this.#join(endpoint, waiting);
  }

  unbind(endpoint: string): void {
    this.#bound.delete(endpoint);
    for (const wire of this.#wires) if (wire.endpoint === endpoint) wire.close();
  }

  /** Lets nobody in any more at an endpoint. */
  retire(endpoint: string): void {
    this.#bound.delete(endpoint);
  }

  /** Does not join an endpoint again when its wire closes. */
  forget(endpoint: string, transport: MemoryTransport): void {
    this.#connected.get(endpoint)?.delete(transport);
  }

  connect(endpoint: string, transport: MemoryTransport): void {
    const connected = this.#connected.get(endpoint) ?? new Set();
    if (connected.has(transport)) return;
    this.#connected.set(endpoint, connected.add(transport));
    this.#join(endpoint, transport);
  }

  disconnect(endpoint: string, transport: MemoryTransport): void {
    this.#connected.get(endpoint)?.delete(transport);
    for (const wire of this.#wires) {
      if (wire.endpoint === endpoint && wire.connector === transport) wire.close();
    }
  }

  /** Closes every wire that a transport has part in. */
  closeWires(transport: MemoryTransport): void {
    for (const wire of this.#wires) {
      if (wire.connector === transport || wire.binder === transport) wire.close();
    }
  }

  #join(endpoint: string, connector: MemoryTransport): void {
    queueMicrotask(() => {
      if (this.#connected.get(endpoint)?.has(connector) !== true) return;
      if (this.wires.some((wire) => wire.endpoint === endpoint && wire.connector === connector)) {
        return;
      }
      const binder = this.#bound.get(endpoint);
      if (binder === undefined) connector.owner.unreachable(endpoint, refused(endpoint));
      else this.#open(endpoint, connector, binder);
    });
  }

  #open(endpoint: string, connector: MemoryTransport, binder: MemoryTransport): void {
    const wire = new MemoryWire({
      endpoint,
      connector,
      binder,
      highWaterMark: this.#highWaterMark,
      firstLinkId: this.#nextLinkId,
      gone: () => {
        this.#wires.delete(wire);
        this.#join(endpoint, connector);
      },
    });
    this.#nextLinkId += 2;
    this.#wires.add(wire);
    wire.open();
  }
}

interface WireParts {
  readonly endpoint: string;
  readonly connector: MemoryTransport;
  readonly binder: MemoryTransport;
  readonly highWaterMark: number;
  readonly firstLinkId: number;
  /** The wire has closed; a connecting side tries again. */
  readonly gone: () => void;
}

/** What joins two peers. Tests freeze and break it. */
export class MemoryWire {
  readonly endpoint: string;
  readonly connector: MemoryTransport;
  readonly binder: MemoryTransport;
  readonly #parts: WireParts;
  readonly #near: MemoryLink;
  readonly #far: MemoryLink;
  #state: "open" | "frozen" | "closed" = "open";

  constructor(parts: WireParts) {
    this.#parts = parts;
    this.endpoint = parts.endpoint;
    this.connector = parts.connector;
    this.binder = parts.binder;
    this.#near = new MemoryLink(this, parts.firstLinkId, parts);
    this.#far = new MemoryLink(this, parts.firstLinkId + 1, parts);
    this.#near.join(this.#far, parts.connector.owner);
    this.#far.join(this.#near, parts.binder.owner);
  }

  /** Whether messages go through. */
  get state(): "open" | "frozen" | "closed" {
    return this.#state;
  }

  open(): void {
    this.binder.owner.opened(this.#far);
    this.connector.owner.opened(this.#near);
  }

  /** Lets no message through, in either direction, until {@link MemoryWire.thaw}. */
  freeze(): void {
    if (this.#state === "open") this.#state = "frozen";
  }

  /** Lets messages through again. */
  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "open";
    this.#near.deliverSoon();
    this.#far.deliverSoon();
  }

  /** Closes the wire behind the messages that peers are ready to read. */
  close(): void {
    if (this.#state === "closed") return;
    this.#near.deliverLast();
    this.#far.deliverLast();
    this.#end(undefined);
  }

  /** Closes the wire as a fault does: what waits is lost. */
  break(error?: Error): void {
    if (this.#state !== "closed") this.#end(error);
  }

  #end(error: Error | undefined): void {
    this.#state = "closed";
    queueMicrotask(() => {
      this.connector.owner.closed(this.#near, error);
      this.binder.owner.closed(this.#far, error);
      this.#parts.gone();
    });
  }
}

/** One end of a wire. */
class MemoryLink implements Link {
  readonly id: number;
  readonly endpoint: string;
  readonly address: string;
  readonly #wire: MemoryWire;
  readonly #highWaterMark: number;
  #other: MemoryLink | undefined;
  #owner: TransportOwner | undefined;
  #waiting: Message[] = [];
  #scheduled = false;
  #paused = false;
  readonly socketType = "";
  sentMessages = 0;

  constructor(wire: MemoryWire, id: number, parts: WireParts) {
    this.#wire = wire;
    this.id = id;
    this.endpoint = parts.endpoint;
    this.address = `memory:${id}`;
    this.#highWaterMark = parts.highWaterMark;
  }

  join(other: MemoryLink, owner: TransportOwner): void {
    this.#other = other;
    this.#owner = owner;
  }

  get full(): boolean {
    return this.#waiting.length >= this.#highWaterMark;
  }

  send(message: OutgoingMessage): void {
    if (this.#wire.state === "closed") return;
    this.#waiting.push(message.map(wholeOctets));
    this.deliverSoon();
  }

  beforeLeaving(gathering: Gathering): void {
    // Behind it comes the turn in which what it sends is handed over.
    queueMicrotask(() => gathering.flush());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#other?.deliverSoon();
  }

  close(): void {
    this.#wire.close();
  }

  /** Hands over what waits, in a turn of its own. */
  deliverSoon(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#wire.state === "open") this.#deliver();
    });
  }

  /** The same when the wire is about to close; it is closed by the time of that turn. */
  deliverLast(): void {
    if (this.#wire.state === "open") queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const other = this.#other;
    if (other === undefined || other.#paused || this.#waiting.length === 0) return;
    const { full } = this;
    const messages = this.#waiting;
    this.#waiting = [];
    this.sentMessages += messages.length;
    other.#owner?.received(other, messages);
    if (full && this.#wire.state === "open") this.#owner?.drained(this);
  }
}

/** One client's or server's part of a hub. */
class MemoryTransport implements Transport {
  readonly owner: TransportOwner;
  readonly #hub: MemoryHub;
  readonly #bound = new Set<string>();
  readonly #connected = new Set<string>();

  constructor(hub: MemoryHub, owner: TransportOwner) {
    this.#hub = hub;
    this.owner = owner;
  }

  get bound(): readonly string[] {
    return [...this.#bound];
  }

  get connected(): readonly string[] {
    return [...this.#connected];
  }

  async bind(endpoint: string): Promise<string> {
    this.#hub.bind(endpoint, this);
    this.#bound.add(endpoint);
    return endpoint;
  }

  connect(endpoint: string): void {
    this.#connected.add(endpoint);
    this.#hub.connect(endpoint, this);
  }

  async unbind(endpoint: string): Promise<void> {
    if (this.#bound.delete(endpoint)) this.#hub.unbind(endpoint);
  }

  disconnect(endpoint: string): void {
    if (this.#connected.delete(endpoint)) this.#hub.disconnect(endpoint, this);
  }

  retire(): void {
    for (const endpoint of this.#bound) this.#hub.retire(endpoint);
    for (const endpoint of this.#connected) this.#hub.forget(endpoint, this);
    this.#bound.clear();
    this.#connected.clear();
  }

  async close(): Promise<void> {
    for (const endpoint of this.connected) this.disconnect(endpoint);
    await Promise.all(this.bound.map((endpoint) => this.unbind(endpoint)));
    this.#hub.closeWires(this);
  }
}

function refused(endpoint: string): TransportError {
  return new TransportError("TRANSPORT_REFUSED", `nobody is bound to ${endpoint}`, { endpoint });
}
