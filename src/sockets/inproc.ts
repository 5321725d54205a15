/**
 * Pipes between sockets of one process, without ZMTP.
 *
 *     send ──▶ outbox ──end of the turn, unless the other side is paused──▶ the other side's owner
 *
 * Whoever connects before anybody is bound waits. Small frames are copied as on every pipe; large
 * ones are the same memory on both sides.
 *
 * Spec: the manual page zmq_inproc(7).
 *
 * @module
 */

import { BoundedQueue } from "../base/bounded-queue.ts";
import { ZmtpError } from "../zmtp/errors.ts";
import { announcesIdentity, arePeers } from "../zmtp/socket-type.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import type { Listening } from "./dialer.ts";
import { TransportError } from "./errors.ts";
import type { Flushable } from "./flush-queue.ts";
import { bytesOf, keep } from "./message.ts";
import type { ManagedPipe, Opening, PipeParts } from "./opening.ts";
import type { Message, PeerInfo } from "./pipe.ts";

/** What a socket tells its peers of this process. */
export interface InprocIdentity {
  readonly socketType: SocketType;
  readonly routingId: Uint8Array;
  /** Further properties. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
}

/** A bound name. */
interface Listener {
  readonly identity: InprocIdentity;
  readonly accept: (opening: Opening) => void;
}

/** Somebody who connects to a name that is not bound. */
interface Dialler {
  readonly identity: InprocIdentity;
  readonly resolve: (opening: Opening) => void;
}

/** Where sockets of one process find each other by name. */
export class InprocHub {
  readonly #listeners = new Map<string, Listener>();
  readonly #diallers = new Map<string, Set<Dialler>>();

  /** Connects to a name, now or as soon as it is bound. Rejects with `TRANSPORT_ABORTED`. */
  dial(endpoint: string, identity: InprocIdentity, signal: AbortSignal): Promise<Opening> {
    return new Promise((resolve, reject) => {
      const listener = this.#listeners.get(endpoint);
      if (listener !== undefined) {
        resolve(meet(identity, listener));
        return;
      }
      const diallers = this.#diallers.get(endpoint) ?? new Set();
      this.#diallers.set(endpoint, diallers);
      const giveUp = (): void => {
        diallers.delete(dialler);
        if (diallers.size === 0) this.#diallers.delete(endpoint);
        reject(new TransportError("TRANSPORT_ABORTED", `given up: ${endpoint}`, { endpoint }));
      };
      const dialler: Dialler = {
        identity,
        resolve: (opening) => {
          signal.removeEventListener("abort", giveUp);
          resolve(opening);
        },
      };
      diallers.add(dialler);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Binds a name. Rejects with `TRANSPORT_ADDRESS_IN_USE`. */
  listen(
    endpoint: string,
    identity: InprocIdentity,
    accept: (opening: Opening) => void,
  ): Promise<Listening> {
    if (this.#listeners.has(endpoint)) {
      const text = `address already in use: ${endpoint}`;
      return Promise.reject(new TransportError("TRANSPORT_ADDRESS_IN_USE", text, { endpoint }));
    }
    const listener: Listener = { identity, accept };
    this.#listeners.set(endpoint, listener);
    const diallers = this.#diallers.get(endpoint) ?? [];
    this.#diallers.delete(endpoint);
    for (const dialler of diallers) dialler.resolve(meet(dialler.identity, listener));
    return Promise.resolve({
      endpoint,
      close: () => {
        if (this.#listeners.get(endpoint) === listener) this.#listeners.delete(endpoint);
        return Promise.resolve();
      },
    });
  }
}

/** Joins a connecting and a bound socket. */
function meet(identity: InprocIdentity, listener: Listener): Opening {
  const connected = new InprocEnd(identity);
  const bound = new InprocEnd(listener.identity);
  connected.join(bound);
  bound.join(connected);
  // Later, so that a socket that is being bound knows its endpoint by then.
  queueMicrotask(() => listener.accept(bound));
  return connected;
}

/** One of two ends, with or without a pipe. */
class InprocEnd implements Opening {
  readonly address = "";
  readonly identity: InprocIdentity;
  #other: InprocEnd | undefined;
  #pipe: InprocPipe | undefined;
  #discarded = false;

  constructor(identity: InprocIdentity) {
    this.identity = identity;
  }

  join(other: InprocEnd): void {
    this.#other = other;
  }

  adopt(parts: PipeParts): ManagedPipe {
    this.#pipe = new InprocPipe(parts, () => this.#started());
    return this.#pipe;
  }

  discard(): void {
    this.#discarded = true;
    this.#other?.peerGone();
  }

  peerGone(): void {
    this.#pipe?.peerGone();
  }

  /** Opens both pipes as soon as both are there. */
  #started(): void {
    const other = this.#other;
    if (this.#pipe === undefined || other === undefined) return;
    const opposite = other.#pipe;
    if (other.#discarded || opposite?.gone === true) {
      this.#pipe.peerGone();
      return;
    }
    if (opposite === undefined) return;
    if (!arePeers(this.identity.socketType, other.identity.socketType)) {
      this.#pipe.refuse(other.identity.socketType);
      opposite.refuse(this.identity.socketType);
      return;
    }
    this.#pipe.open(opposite, describe(other.identity));
    opposite.open(this.#pipe, describe(this.identity));
  }
}

/** What waits for the other side. */
type Parcel =
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "subscription"; readonly topic: Uint8Array; readonly wanted: boolean };

type State =
  | { readonly phase: "starting" }
  | { readonly phase: "open"; readonly other: InprocPipe }
  /** Closed on this side; the outbox is still to be delivered. */
  | { readonly phase: "ending"; readonly other: InprocPipe }
  | { readonly phase: "gone" };

const GONE: State = { phase: "gone" };

class InprocPipe implements ManagedPipe, Flushable {
  readonly id: number;
  readonly endpoint: string;
  readonly origin: "bound" | "connected";
  readonly #parts: PipeParts;
  readonly #started: () => void;
  readonly #outbox: BoundedQueue<Parcel>;
  #state: State = { phase: "starting" };
  #peer: PeerInfo = NOBODY;
  #takenMessages = 0;
  #queuedMessages = 0;
  #outboxBytes = 0;
  #paused = false;
  #flushDue = false;
  #lastHeardAt: number;

  constructor(parts: PipeParts, started: () => void) {
    this.id = parts.id;
    this.endpoint = parts.endpoint;
    this.origin = parts.origin;
    this.#parts = parts;
    this.#started = started;
    this.#outbox = new BoundedQueue(parts.sendHighWaterMark);
    this.#lastHeardAt = parts.clock.now();
  }

  get peer(): PeerInfo {
    return this.#peer;
  }

  get queuedMessages(): number {
    return this.#queuedMessages;
  }

  get sentMessages(): number {
    return this.#takenMessages - this.#queuedMessages;
  }

  get full(): boolean {
    if (this.#state.phase !== "open") return false;
    return this.#outbox.full || this.#outboxBytes >= this.#parts.sendHighWaterBytes;
  }

  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  get gone(): boolean {
    return this.#state.phase === "gone";
  }

  start(): void {
    this.#started();
  }

  send(message: Message): void {
    this.#post({ type: "message", message: keep(message) });
  }

  subscribe(topic: Uint8Array, wanted: boolean): void {
    this.#post({ type: "subscription", topic: topic.slice(), wanted });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#state.phase === "open" || this.#state.phase === "ending") {
      this.#state.other.#flushLater();
    }
  }

  close(): void {
    const state = this.#state;
    if (state.phase === "starting") {
      this.#state = GONE;
      this.#parts.lifecycle.released(this);
    } else if (state.phase === "open") {
      this.#state = { phase: "ending", other: state.other };
      this.#parts.lifecycle.ended(this, undefined, true);
      this.#flushLater();
    }
  }

  destroy(): void {
    this.#outbox.clear();
    this.close();
  }

  /** Delivers everything, unless the other side is paused; what was sent before `close` always. */
  flush(): void {
    this.#flushDue = false;
    const state = this.#state;
    if (state.phase === "ending") {
      this.#deliver(state.other);
      this.#state = GONE;
      state.other.peerGone();
      this.#parts.lifecycle.released(this);
    } else if (state.phase === "open" && !state.other.#paused) {
      const { full } = this;
      this.#deliver(state.other);
      if (full && this.#state.phase === "open") this.#parts.owner.drained(this);
    }
  }

  // What the other end tells.

  open(other: InprocPipe, peer: PeerInfo): void {
    if (this.#state.phase !== "starting") return;
    this.#peer = peer;
    this.#state = { phase: "open", other };
    this.#parts.lifecycle.opened(this);
  }

  refuse(peerType: SocketType): void {
    if (this.#state.phase !== "starting") return;
    this.#state = GONE;
    const error = new ZmtpError("ZMTP_SOCKET_TYPE", `${peerType} at ${this.endpoint}`);
    this.#parts.lifecycle.refused(this, error, false);
    this.#parts.lifecycle.released(this);
  }

  peerGone(): void {
    const { phase } = this.#state;
    if (phase === "gone") return;
    this.#state = GONE;
    if (phase === "open") {
      this.#parts.lifecycle.ended(this, undefined, true);
    } else if (phase === "starting") {
      const text = `expected the peer at ${this.endpoint} to stay, it went away`;
      const error = new TransportError("TRANSPORT_RESET", text, { endpoint: this.endpoint });
      this.#parts.lifecycle.refused(this, error, true);
    }
    this.#parts.lifecycle.released(this);
  }

  #post(parcel: Parcel): void {
    if (this.#state.phase !== "open") return;
    this.#outbox.push(parcel);
    if (parcel.type === "message") {
      this.#takenMessages += 1;
      this.#queuedMessages += 1;
      this.#outboxBytes += bytesOf(parcel.message);
    }
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#flushDue) return;
    this.#flushDue = true;
    this.#parts.flushQueue.add(this);
  }

  /** Hands the outbox to the other side's owner. Messages in a row are told together. */
  #deliver(other: InprocPipe): void {
    this.#outboxBytes = 0;
    const { owner, clock } = other.#parts;
    if (other.#state.phase !== "open") {
      this.#outbox.clear();
      return;
    }
    this.#queuedMessages = 0;
    other.#lastHeardAt = clock.now();
    let messages: Message[] = [];
    for (let next = this.#outbox.shift(); next !== undefined; next = this.#outbox.shift()) {
      if (next.type === "message") {
        messages.push(next.message);
        continue;
      }
      if (messages.length > 0) owner.received(other, messages);
      messages = [];
      owner.subscribed?.(other, next.topic, next.wanted);
    }
    if (messages.length > 0) owner.received(other, messages);
  }
}

const NOBODY: PeerInfo = {
  socketType: "",
  routingId: new Uint8Array(0),
  metadata: new Map(),
  version: "inproc",
  address: "",
};

function describe(identity: InprocIdentity): PeerInfo {
  const { socketType, metadata } = identity;
  const routingId = announcesIdentity(socketType) ? identity.routingId : NOBODY.routingId;
  const properties = new Map<string, Uint8Array>();
  for (const [name, value] of metadata) properties.set(name.toLowerCase(), value);
  properties.set("socket-type", new TextEncoder().encode(socketType));
  if (announcesIdentity(socketType)) properties.set("identity", routingId);
  return { socketType, routingId, metadata: properties, version: "inproc", address: "" };
}
