/**
 * A transport whose wire is two ZMTP connections joined in memory: all machines of a real call, and
 * nothing of the platform.
 *
 * Octets go over once everything that was ready to run has run, as at the end of a real turn.
 *
 * @module
 */

import type {
  Link,
  Message,
  OutgoingMessage,
  Transport,
  TransportFactory,
  TransportOwner,
} from "zerocall/rpc";
import { Connection, nullMechanism } from "zerocall/zmtp";

const ENDPOINT = "machine://";
/** Greeting, handshake and its answer cross within so many steps. */
const HANDSHAKE_STEPS = 4;
/** Messages that may wait for the end of the turn. */
const HIGH_WATER_MARK = 1000;

/** One end: a connection and the owner who hears of its messages. */
class MachineLink implements Link {
  readonly id = 1;
  readonly endpoint = ENDPOINT;
  readonly address = "";
  readonly socketType: string;
  readonly connection: Connection;
  readonly #owner: TransportOwner;
  #other: MachineLink | undefined;
  #due = false;
  #wasFull = false;
  sentMessages = 0;

  constructor(role: "client" | "server", owner: TransportOwner) {
    const socketType = role === "client" ? "DEALER" : "ROUTER";
    this.socketType = role === "client" ? "ROUTER" : "DEALER";
    this.connection = new Connection({ socketType, mechanism: nullMechanism }, 0);
    this.#owner = owner;
  }

  join(other: MachineLink): void {
    this.#other = other;
  }

  get full(): boolean {
    return this.connection.queuedMessages >= HIGH_WATER_MARK;
  }

  send(message: OutgoingMessage): void {
    this.connection.send(message);
    this.sentMessages++;
    if (this.full) this.#wasFull = true;
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(this.#cross);
  }

  /** Lets what is queued go over. */
  readonly #cross = (): void => {
    this.#due = false;
    const now = performance.now();
    for (const chunk of this.connection.takeOutput()) this.#other?.receive(chunk, now);
    if (!this.#wasFull) return;
    this.#wasFull = false;
    this.#owner.drained(this);
  };

  receive(chunk: Uint8Array, now: number): void {
    const messages: Message[] = [];
    for (const event of this.connection.receive(chunk, now)) {
      if (event.type === "message") messages.push(event.frames);
      else if (event.type === "closed") throw event.error ?? new Error("the wire has closed");
    }
    if (messages.length > 0) this.#owner.received(this, messages);
  }

  open(): void {
    this.#owner.opened(this);
  }

  pause(): void {}
  resume(): void {}
  close(): void {}
}

/** One client's or server's end. */
class MachineTransport implements Transport {
  readonly bound: readonly string[] = [];
  readonly connected: readonly string[] = [ENDPOINT];
  readonly link: MachineLink;

  constructor(role: "client" | "server", owner: TransportOwner) {
    this.link = new MachineLink(role, owner);
  }

  bind(endpoint: string): Promise<string> {
    return Promise.resolve(endpoint);
  }

  connect(): void {}

  unbind(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): void {}

  retire(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** One wire in memory, for one client and one server. */
export class MachineWire {
  readonly #ends: MachineTransport[] = [];

  /** The option `transport` of the client and of the server. */
  readonly transport: TransportFactory = (role, owner) => {
    const transport = new MachineTransport(role, owner);
    this.#ends.push(transport);
    return transport;
  };

  /** Joins both ends and lets them shake hands. */
  open(): void {
    const [near, far] = this.#ends.map(({ link }) => link);
    if (near === undefined || far === undefined) throw new Error("expected a client and a server");
    near.join(far);
    far.join(near);
    for (let step = 0; step < HANDSHAKE_STEPS; step++) {
      for (const chunk of near.connection.takeOutput()) far.receive(chunk, 0);
      for (const chunk of far.connection.takeOutput()) near.receive(chunk, 0);
    }
    far.open();
    near.open();
  }
}
