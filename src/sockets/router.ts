/**
 * ROUTER: says who sent each message, and sends to whom the user says.
 *
 *     received   [ routing id ][ frame ][ frame ] …
 *     sent       [ routing id ][ frame ][ frame ] …   without the first frame on the wire
 *
 * Spec: RFC 28, "The ROUTER Socket Type"; the manual page zmq_setsockopt(3), ZMQ_ROUTER_MANDATORY
 * and ZMQ_ROUTER_HANDOVER.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { SocketError } from "./errors.ts";
import { IdentityTable } from "./identity-table.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf, toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import type { SendStrategy } from "./outgoing.ts";
import { splitOptions } from "./own-options.ts";
import type { Message, Pipe, PipeOwner } from "./pipe.ts";
import { PROBE } from "./probe.ts";
import type { SocketPlatform } from "./socket-core.ts";
import { routingIdOf } from "./resolved-options.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";

/** Options of a {@link Router}. */
export interface RouterOptions extends SocketOptions {
  /**
   * A message for nobody fails with `SOCKET_UNROUTABLE`, and one for a full peer waits; otherwise
   * both are dropped. ZMQ_ROUTER_MANDATORY.
   *
   * @default false
   */
  readonly mandatory?: boolean;
  /**
   * A new peer takes a routing id from the one that has it, whose connection ends; otherwise it
   * waits, unheard, until that one is gone. ZMQ_ROUTER_HANDOVER.
   *
   * @default false
   */
  readonly handover?: boolean;
  /**
   * Greets each new peer with an empty message. ZMQ_PROBE_ROUTER.
   *
   * @default false
   */
  readonly probeRouter?: boolean;
}

/** How {@link Router.connect} connects. */
export interface RouterConnectOptions {
  /** What this socket calls the peer, whatever the peer announces. ZMQ_CONNECT_ROUTING_ID. */
  readonly routingId?: string | Uint8Array;
}

/** An asynchronous responder, or the middle of many conversations. */
export class Router extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;
  readonly #outgoing: Outgoing;
  /** Ids that the user chose, by endpoint. */
  readonly #chosen = new Map<string, Uint8Array>();

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: RouterOptions, platform: SocketPlatform) {
    const { own, shared } = splitOptions(options, "mandatory", "handover", "probeRouter");
    super("ROUTER", shared, platform);
    const table = new IdentityTable(platform.random() * 2 ** 32);
    this.#incoming = new Incoming(this.core, bytesOf);
    this.#outgoing = new Outgoing(this.core, new ToIdentity(table, own.mandatory), false);
    this.parts = {
      incoming: this.#incoming,
      outgoing: this.#outgoing,
      owner: new IdentifiedPeers({
        table,
        handover: own.handover,
        greeting: own.probeRouter ? PROBE : undefined,
        chosenId: (pipe) =>
          pipe.origin === "connected" ? this.#chosen.get(pipe.endpoint) : undefined,
        incoming: this.#incoming,
        outgoing: this.#outgoing,
      }),
    };
  }

  /**
   * Connects like every socket.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`, `USAGE_OPTION`
   */
  override connect(endpoint: string, options?: RouterConnectOptions): void {
    if (options?.routingId !== undefined) {
      const address = formatEndpoint(parseEndpoint(endpoint));
      this.#chosen.set(address, routingIdOf(options.routingId));
    }
    super.connect(endpoint);
  }

  override disconnect(endpoint: string): void {
    super.disconnect(endpoint);
    this.#chosen.delete(formatEndpoint(parseEndpoint(endpoint)));
  }

  /**
   * Sends a message to the peer that its first frame names.
   *
   * @throws {UsageError} `USAGE_CLOSED`, `USAGE_ARGUMENTS`; rejects with `SocketError`
   *   `SOCKET_UNROUTABLE`, `SOCKET_TIMEOUT` or `SOCKET_CLOSED`, or the reason of the signal
   */
  send(message: MessageLike, options?: WaitOptions): Promise<void> {
    const frames = toFrames(message);
    if (frames.length < 2) {
      throw new UsageError("USAGE_ARGUMENTS", "expected a routing id and at least one frame");
    }
    return this.#outgoing.send(frames, options);
  }

  /**
   * Takes the next message, with the routing id of its peer as the first frame, or waits for one.
   *
   * @throws {UsageError} `USAGE_CLOSED`; rejects with `SocketError` `SOCKET_TIMEOUT` or
   *   `SOCKET_CLOSED`, or the reason of the signal
   */
  receive(options?: WaitOptions): Promise<Message> {
    return this.#incoming.receive(options);
  }

  /** All messages from now on; ends when the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return this.#incoming.iterate();
  }
}

/** Sends to the peer that the first frame names. */
class ToIdentity implements SendStrategy {
  readonly #table: IdentityTable;
  readonly #mandatory: boolean;

  constructor(table: IdentityTable, mandatory: boolean) {
    this.#table = table;
    this.#mandatory = mandatory;
  }

  offer(message: Message): boolean {
    const routingId = message[0];
    const pipe = routingId === undefined ? undefined : this.#table.find(routingId);
    if (pipe === undefined) {
      if (!this.#mandatory) return true;
      throw new SocketError("SOCKET_UNROUTABLE", `no peer has the routing id ${hex(routingId)}`);
    }
    if (pipe.full) return !this.#mandatory;
    pipe.send(message.slice(1));
    return true;
  }
}

interface IdentifiedParts {
  readonly table: IdentityTable;
  readonly handover: boolean;
  readonly greeting: Message | undefined;
  readonly chosenId: (pipe: Pipe) => Uint8Array | undefined;
  readonly incoming: Incoming<Message>;
  readonly outgoing: Outgoing;
}

/** Gives every peer an id, and keeps those waiting whose id is taken. */
class IdentifiedPeers implements PipeOwner {
  readonly #parts: IdentifiedParts;
  /** Peers whose id is taken, with what came before they were no longer read from. */
  readonly #waiting = new Map<Pipe, { readonly routingId: Uint8Array; early: Message[] }>();

  constructor(parts: IdentifiedParts) {
    this.#parts = parts;
  }

  opened(pipe: Pipe): void {
    const { table, handover, chosenId } = this.#parts;
    const announced = pipe.peer.routingId;
    const routingId = chosenId(pipe) ?? (announced.length > 0 ? announced : table.makeUp());
    const other = table.find(routingId);
    if (other !== undefined && !handover) {
      this.#waiting.set(pipe, { routingId, early: [] });
      pipe.pause();
      return;
    }
    // The older connection must not lose the new one its id when it ends.
    if (other !== undefined) table.remove(other);
    this.#admit(pipe, routingId);
    other?.close();
  }

  received(pipe: Pipe, messages: readonly Message[]): void {
    const { table, incoming } = this.#parts;
    const routingId = table.idOf(pipe);
    if (routingId === undefined) {
      this.#waiting.get(pipe)?.early.push(...messages);
      return;
    }
    for (const message of messages) incoming.push(pipe, [routingId, ...message]);
  }

  drained(): void {
    this.#parts.outgoing.room();
  }

  closed(pipe: Pipe): void {
    const { table, incoming, outgoing } = this.#parts;
    this.#waiting.delete(pipe);
    incoming.closed(pipe);
    const routingId = table.remove(pipe);
    if (routingId === undefined) return;
    for (const [next, { routingId: wanted, early }] of this.#waiting) {
      if (table.find(wanted) !== undefined) continue;
      this.#waiting.delete(next);
      this.#admit(next, wanted);
      this.received(next, early);
      next.resume();
    }
    // Who waits to send to the peer that is gone has to hear of it.
    outgoing.room();
  }

  #admit(pipe: Pipe, routingId: Uint8Array): void {
    const { table, greeting, outgoing } = this.#parts;
    // A copy, as the announced id is a view into a received chunk.
    table.add(pipe, routingId.slice());
    if (greeting !== undefined) pipe.send(greeting);
    outgoing.room();
  }
}

function hex(octets: Uint8Array | undefined): string {
  return Array.from(octets ?? [], (octet) => octet.toString(16).padStart(2, "0")).join("");
}
