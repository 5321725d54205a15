/**
 * What carries messages between RPC peers.
 *
 * A transport finds peers and moves messages to and from each of them. It knows no dialect and
 * looks into no message.
 *
 * @module
 */

import type { Message, OutgoingMessage } from "./packet.ts";
import type { Status } from "./status.ts";

/** Something that has gathered what is to be sent. */
export interface Gathering {
  /** Sends it. MUST NOT throw. */
  flush(): void;
}

/** One live peer as the RPC half sees it. */
export interface Link {
  /** Number of the link, higher than those of the links before it in its transport. */
  readonly id: number;
  /** The endpoint that was bound or connected, as the transport's own lists have it. */
  readonly endpoint: string;
  /** The peer's address as the platform prints it; empty where there is none. */
  readonly address: string;
  /** The peer's ZeroMQ socket type in capitals; empty where there is none. */
  readonly socketType: string;
  /** Who the transport has verified the peer to be; absent where it has not. */
  readonly identity?: string | undefined;
  /**
   * The most octets that a message of either direction may have: what the peer accepts is not known,
   * so this side's own limit stands for it. `undefined` for none.
   */
  readonly maxMessageOctets?: number | undefined;
  /** Messages wait for the peer, up to the high-water mark. */
  readonly full: boolean;
  /**
   * The peer was asked for a sign of life and has given none since: its event loop may stand still.
   *
   * @default false, also where nobody asks
   */
  readonly silent?: boolean;
  /** How many of the messages given to {@link Link.send} were handed to the wire, in order. */
  readonly sentMessages: number;
  /**
   * Octets of messages given to {@link Link.send} that have not left. While the peer reads it falls,
   * also within a large message.
   *
   * @default 0, also where it is not known
   */
  readonly unsentOctets?: number;
  /**
   * Takes a message in order, also when full. After the link was closed it is dropped.
   *
   * @param message - its octets MUST NOT be changed afterwards
   */
  send(message: OutgoingMessage): void;
  /**
   * Has `gathering` flushed once, before what is sent in this turn leaves, so that it leaves with the
   * rest. Not there where messages do not wait for the end of a turn.
   */
  beforeLeaving?(gathering: Gathering): void;
  /**
   * Has leave what was sent in this turn now, and not at its end, as far as the peer's side takes it.
   *
   * @default it leaves when the link thinks best
   */
  writeNow?(): void;
  /** Stops and continues reading from the peer. */
  pause(): void;
  resume(): void;
  /**
   * Ends the link after what was sent has left, for which there is a bound; a connecting endpoint dials
   * again. What the peer sends meanwhile is dropped.
   */
  close(): void;
}

/** What a transport's owner hears. No method of it may throw. */
export interface TransportOwner {
  opened(link: Link): void;
  /** Messages in order. Their octets are not changed by anybody afterwards. */
  received(link: Link, messages: readonly Message[]): void;
  /** A full link takes messages again. */
  drained(link: Link): void;
  /** The peer is gone. Nothing of this link follows. */
  closed(link: Link, error: Error | undefined): void;
  /**
   * A peer could not be reached.
   *
   * @param final - the transport tries no more, as it would fare in the same way: the status of calls
   *   that nobody else can take. Absent while it goes on trying
   */
  unreachable(endpoint: string, error: Error, final?: Status): void;
  /** A peer wanted to come in and was refused. */
  refused?(endpoint: string, error: Error): void;
}

/** Finds peers and carries messages. */
export interface Transport {
  /** Resolves with the real endpoint once peers can connect. Rejects with `TransportError`. */
  bind(endpoint: string): Promise<string>;
  /** Starts connecting and goes on until {@link Transport.disconnect}. */
  connect(endpoint: string): void;
  unbind(endpoint: string): Promise<void>;
  disconnect(endpoint: string): void;
  /** The real endpoints that are bound. */
  readonly bound: readonly string[];
  /**
   * The endpoints that are connected, whether or not a peer is there; without those that are not tried
   * any more.
   */
  readonly connected: readonly string[];
  /**
   * No peer is there and none can come: all endpoints that were connected have been given up, and
   * none is bound. @default false
   */
  readonly hopeless?: boolean;
  /** Accepts and connects no more; the links that are there stay. */
  retire(): void;
  /** How many peers have come and are in their handshake. @default 0 */
  readonly arriving?: number;
  /**
   * Closes all links and endpoints.
   *
   * @param lingerMs - how long messages that wait may take to leave
   */
  close(lingerMs: number): Promise<void>;
}

/** Makes a transport for a client or a server. */
export type TransportFactory = (role: "client" | "server", owner: TransportOwner) => Transport;
