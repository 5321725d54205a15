/**
 * The RPC transport between two threads of one process, over a port that takes parcels, as a
 * `MessagePort` does. A port has lanes, each a link of its own, so that both ends can be client and
 * server of each other in one order of messages.
 *
 *     owner ── PortLink ─┐                                 ┌─ PortLink ── owner
 *                        ├ PortEnd ── parcels ── PortEnd ──┤
 *     owner ── PortLink ─┘      counters in shared memory  └─ PortLink ── owner
 *
 * All messages of one turn leave in one parcel, with their octets in one buffer, which a port can hand
 * over instead of copying it. How many of them the other thread has begun with is counted in memory that both
 * share, so it is known to the message when a thread dies, also when it was too busy to say so.
 *
 * Knows neither threads nor the platform's ports: parcels are posted by a function, and given in.
 *
 * @module
 */

import { wholeOctets } from "../base/octets.ts";
import type { Message, OutgoingMessage } from "../rpc/packet.ts";
import type { Link, Transport, TransportFactory, TransportOwner } from "../rpc/transport.ts";

/** What goes from thread to thread. */
export type Parcel =
  | {
      /** The octets of all frames, one behind the other, in a buffer of their own. */
      readonly octets: Uint8Array<ArrayBuffer>;
      /** For each message its lane, how many frames it has, and the length of each. */
      readonly sizes: readonly number[];
    }
  /** The sender of this lane's messages had to wait, and now need not. */
  | { readonly room: number };

/** Posts a parcel; nobody here uses the buffer of its octets afterwards. */
export type PostParcel = (parcel: Parcel) => void;

/** Which of the two ends of a port it is. */
export type PortSide = 0 | 1;

const DEFAULTS = {
  /** How many messages may be on their way before a link is full. */
  highWaterMark: 1000,
} as const;

/** For each lane and each side two numbers: messages taken, and whether somebody waits for room. */
const COUNTERS_PER_LANE = 4;

/** The shared memory for the counters of a port with so many lanes. */
export function portCounters(lanes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(lanes * COUNTERS_PER_LANE * Int32Array.BYTES_PER_ELEMENT);
}

/** How one end of a port is made. */
export interface PortEndOptions {
  readonly post: PostParcel;
  /** The same memory on both sides, made by {@link portCounters}. */
  readonly counters: SharedArrayBuffer;
  readonly side: PortSide;
  /** What to call the other end. */
  readonly endpoint: string;
  /** @default 1000 */
  readonly highWaterMark?: number;
}

/** One end of a port. */
export class PortEnd {
  readonly options: PortEndOptions;
  readonly counters: Int32Array;
  readonly #lanes: (PortLink | undefined)[] = [];
  #closed = false;
  #queue: { readonly lane: number; readonly message: Message }[] = [];

  constructor(options: PortEndOptions) {
    this.options = options;
    this.counters = new Int32Array(options.counters);
  }

  /** Gives a lane to the owner of a transport, unless the other end is gone. */
  open(lane: number, transport: PortTransport): void {
    if (this.#closed) return;
    const link = new PortLink(this, lane, transport);
    this.#lanes[lane] = link;
    transport.add(link);
  }

  /** Takes a parcel of the other end. */
  receive(parcel: Parcel): void {
    if ("room" in parcel) {
      this.#lanes[parcel.room]?.drained();
      return;
    }
    const { octets, sizes } = parcel;
    let offset = 0;
    for (let at = 0; at < sizes.length;) {
      const link = this.#lanes[sizes[at++] as number];
      const message: Uint8Array[] = [];
      for (let frames = sizes[at++] as number; frames > 0; frames--) {
        const length = sizes[at++] as number;
        message.push(octets.subarray(offset, offset + length));
        offset += length;
      }
      link?.take(message);
    }
    for (const link of this.#lanes) link?.tellRoom();
  }

  /** The other end is gone, or is given up: all links are closed. */
  close(error?: Error): void {
    this.#closed = true;
    for (const link of this.#lanes) link?.end(error);
  }

  /** Takes a message in order; it leaves with all others of this turn. */
  enqueue(lane: number, message: Message): void {
    this.#queue.push({ lane, message });
    if (this.#queue.length === 1) queueMicrotask(() => this.flush());
  }

  /** Posts what waits. */
  flush(): void {
    const queue = this.#queue;
    if (queue.length === 0) return;
    this.#queue = [];
    const sizes: number[] = [];
    let total = 0;
    for (const { lane, message } of queue) {
      sizes.push(lane, message.length);
      for (const frame of message) {
        sizes.push(frame.length);
        total += frame.length;
      }
    }
    const octets = new Uint8Array(total);
    let offset = 0;
    for (const { message } of queue) {
      for (const frame of message) {
        octets.set(frame, offset);
        offset += frame.length;
      }
    }
    this.options.post({ octets, sizes });
  }
}

/** One lane of a port. */
class PortLink implements Link {
  readonly id: number;
  readonly endpoint: string;
  readonly address = "";
  readonly socketType = "";
  readonly #end: PortEnd;
  readonly #lane: number;
  readonly #transport: PortTransport;
  readonly #counters: Int32Array;
  /** Where the other end counts what it took of this link, and this end what it takes. */
  readonly #takenThereAt: number;
  readonly #takenHereAt: number;
  readonly #highWaterMark: number;
  #given = 0;
  #state: "open" | "paused" | "closed" = "open";
  #held: Message[] = [];

  constructor(end: PortEnd, lane: number, transport: PortTransport) {
    const { endpoint, side, highWaterMark } = end.options;
    this.id = transport.takeId();
    this.endpoint = endpoint;
    this.#end = end;
    this.#lane = lane;
    this.#transport = transport;
    this.#counters = end.counters;
    this.#takenThereAt = lane * COUNTERS_PER_LANE + side * 2;
    this.#takenHereAt = lane * COUNTERS_PER_LANE + (1 - side) * 2;
    this.#highWaterMark = highWaterMark ?? DEFAULTS.highWaterMark;
  }

  get full(): boolean {
    return this.#waiting >= this.#highWaterMark;
  }

  /** The messages that the other thread has begun with; of the others it knows nothing. */
  get sentMessages(): number {
    return this.#given - this.#waiting;
  }

  send(message: OutgoingMessage): void {
    if (this.#state === "closed") return;
    this.#given++;
    this.#end.enqueue(this.#lane, message.map(wholeOctets));
    // Before anybody looks whether the link is full, or the other end would not know of it.
    if (this.full) Atomics.store(this.#counters, this.#takenThereAt + 1, 1);
  }

  pause(): void {
    if (this.#state === "open") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.take(message);
    this.tellRoom();
  }

  close(): void {
    this.end(undefined);
  }

  /** A message came. */
  take(message: Message): void {
    if (this.#state === "closed") return;
    if (this.#state === "paused") {
      this.#held.push(message);
      return;
    }
    // Before what it brings about, which may be the end of this thread.
    Atomics.add(this.#counters, this.#takenHereAt, 1);
    this.#transport.owner.received(this, [message]);
  }

  /** Lets the other end know that messages were taken, if it waits for that. */
  tellRoom(): void {
    if (this.#state === "closed") return;
    if (Atomics.exchange(this.#counters, this.#takenHereAt + 1, 0) === 0) return;
    if (this.#state === "open") this.#end.options.post({ room: this.#lane });
    // What is held was not taken: the other end goes on waiting.
    else Atomics.store(this.#counters, this.#takenHereAt + 1, 1);
  }

  /** The other end has taken messages. */
  drained(): void {
    if (this.#state === "closed") return;
    if (this.full) Atomics.store(this.#counters, this.#takenThereAt + 1, 1);
    else this.#transport.owner.drained(this);
  }

  end(error: Error | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#held = [];
    this.#transport.remove(this, error);
  }

  /** Messages that the other end has not begun with; the counter there has 32 bits. */
  get #waiting(): number {
    return (this.#given - Atomics.load(this.#counters, this.#takenThereAt)) | 0;
  }
}

/** One client's or server's part: the links that it was given. It finds no peer itself. */
export class PortTransport implements Transport {
  readonly owner: TransportOwner;
  readonly bound: readonly string[] = [];
  readonly #links = new Set<PortLink>();
  #lastId = 0;
  #closed = false;

  constructor(owner: TransportOwner) {
    this.owner = owner;
  }

  get connected(): readonly string[] {
    return [...this.#links].map(({ endpoint }) => endpoint);
  }

  takeId(): number {
    return ++this.#lastId;
  }

  add(link: PortLink): void {
    if (this.#closed) return;
    this.#links.add(link);
    this.owner.opened(link);
  }

  remove(link: PortLink, error: Error | undefined): void {
    if (this.#links.delete(link)) this.owner.closed(link, error);
  }

  bind(): Promise<string> {
    return Promise.reject(noEndpoints());
  }

  connect(): void {
    throw noEndpoints();
  }

  unbind(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): void {
    // There are no endpoints.
  }

  retire(): void {
    this.#closed = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#links) link.close();
  }
}

/** Makes a transport, and gives it to who has the ports. */
export function portTransport(made: (transport: PortTransport) => void): TransportFactory {
  return (_role, owner) => {
    const transport = new PortTransport(owner);
    made(transport);
    return transport;
  };
}

function noEndpoints(): TypeError {
  return new TypeError("a port joins two threads and has no endpoints to bind or to connect");
}
