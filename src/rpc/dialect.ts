/**
 * What a dialect is: one RPC protocol's way of writing packets into messages.
 *
 * A dialect knows no socket, no address and no other dialect, and has no time: what happens when is
 * the session's business. One translator serves one peer.
 *
 * @module
 */

import type { ChannelRef, Message, OutgoingMessage, Packet } from "./packet.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Method, MethodDescription } from "./method.ts";

/** What the handshake told about a peer, for protocols whose frames depend on it. */
export interface PeerKind {
  /** The peer's ZeroMQ socket type in capitals, such as `"REQ"`; empty where there is none. */
  readonly socketType: string;
}

/** What a dialect can express, so that sessions ask for nothing else. */
export interface DialectTraits {
  /** A method may answer with a stream. Where not, such an answer becomes an error. */
  readonly streams: boolean;
  /** Channels beat, and a peer may insist on hearing them. */
  readonly heartbeats: boolean;
  /** Items need credit. Without it a stream is bounded by the wire alone. */
  readonly credit: boolean;
  /** Items that may be sent before any credit came. */
  readonly freeItems: number;
  /** The most items that one grant may carry. */
  readonly maxGrantItems: number;
  /**
   * The most items that may be on their way from a peer that does not go beyond the old protocol.
   *
   * @default Infinity, no limit but the client's own
   */
  readonly plainWindowItems?: number;
  /**
   * The most calls that a peer may have open that is not known to go beyond the old protocol; a peer is
   * known by its first answer. Further ones wait in the client.
   *
   * @default Infinity
   */
  readonly plainCalls?: number;
  /**
   * A server that takes no new calls says so to those who reach it without a hub. Where not, a call
   * that it refuses is the first sign.
   *
   * @default false
   */
  readonly announcesDraining?: boolean;
  /**
   * Every item is asked for by itself, when its consumer wants it, so that a generator never runs
   * ahead: `for await` steps like `next()`.
   *
   * @default false
   */
  readonly lockstep?: boolean;
  /**
   * A request that comes again under its id runs once, so clients send it again when its connection
   * was lost or its answer fails to come. The number says how many requests a peer is sure to
   * remember: behind so many others, a request is not sent again over the same connection.
   *
   * @default undefined, requests are never sent again
   */
  readonly resends?: number;
}

/** A request as `encode` has just written it. */
export interface EncodedRequest {
  readonly channel: ChannelRef;
  readonly message: OutgoingMessage;
}

/**
 * Items of one channel that leave in one message. Each is written when it is added, so that the value
 * may be changed afterwards.
 */
export interface ItemBundle {
  /** Items that were added and not taken. */
  readonly count: number;
  /** Octets of these items. */
  readonly octets: number;
  /**
   * Adds an item.
   *
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH`; the bundle is as it was before
   */
  add(value: unknown): void;
  /** The message of all items, of which there is at least one. Starts anew. */
  take(): OutgoingMessage;
  /** The message of all items but the last, which stays. There are at least two. */
  takeEarlier(): OutgoingMessage;
  /** Forgets all items. */
  discard(): void;
}

/** Translates between one peer's messages and packets. */
export interface Translator {
  /**
   * Appends what a message means to `packets`: nothing, if it is to be ignored.
   *
   * Never throws on peer input; it appends a `malformed` packet instead.
   */
  decode(message: Message, packets: Packet[]): void;
  /**
   * Writes a packet. The frames belong to the caller and are not reused.
   *
   * @returns `undefined` when the peer's protocol has no word for it and leaving it out is right
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH` when a value cannot be written
   */
  encode(packet: Packet): OutgoingMessage | undefined;
  /**
   * Makes one message of several requests, in place of their own, none of which was sent. Client
   * side only; not there where the protocol has no such message.
   */
  join?(requests: readonly EncodedRequest[]): Message;
  /**
   * Makes what gathers the items of a channel into fewer messages.
   *
   * @returns `undefined` when the peer, as far as it is known now, takes items one by one
   */
  bundle?(channel: ChannelRef): ItemBundle | undefined;
  /**
   * Names a new channel. Client side only.
   *
   * @param earlier - the channel of the same call over a connection that was lost, where the dialect
   *   has {@link DialectTraits.resends}: the new one asks under its id
   */
  open(earlier?: ChannelRef): ChannelRef;
  /** How many calls the peer may have open; further ones wait here. @default Infinity */
  readonly maxOpenCalls?: number;
  /**
   * Remembers a channel whose call goes on after its request was handled, so that later packets
   * find it. Server side only; the client side remembers from `open` on.
   */
  retain(channel: ChannelRef): void;
  /** The channels that were opened and not released. Client side only. */
  openChannels(): Iterable<ChannelRef>;
  /** Forgets a channel. What still comes for it is ignored. */
  release(channel: ChannelRef): void;
}

/** A service as its peer describes it. */
export interface InspectedService {
  readonly name: string;
  /** By full name. */
  readonly methods: Readonly<Record<string, MethodDescription>>;
}

/** Calls a method of the peer that is asked. Rejects with `RpcError`. */
export type AskPeer = (method: string, args: readonly unknown[]) => PromiseLike<unknown>;

/** How a client asks a peer what it offers. */
export interface Introspection {
  /** The method that tells, called without arguments. */
  readonly method: string;
  /** Reads what it answers, of whatever peer. */
  read(answer: unknown): InspectedService;
  /** Asks a peer that fails at that method, in other words. @default there are none */
  readonly otherwise?: (ask: AskPeer) => Promise<InspectedService>;
}

/** What decoding may cost; a codec says what each of them means. */
export interface DecodingLimits {
  readonly maxDepth?: number;
  readonly maxElements?: number;
  readonly maxNumberKeys?: number;
  readonly maxStringBytes?: number;
}

/** One RPC protocol. */
export interface Dialect {
  /** Lower-case name, such as `"zerorpc"`. */
  readonly name: string;
  readonly traits: DialectTraits;
  /** Whether a peer whose first message this is speaks the dialect. */
  recognises(message: Message): boolean;
  /**
   * Whether a message that no dialect of the server recognises gets the answer that this one gives
   * to what it cannot read. Asked of each in the server's order; the first one answers.
   *
   * @default never
   */
  answersUnread?(message: Message): boolean;
  clientTranslator(peer: PeerKind): Translator;
  serverTranslator(peer: PeerKind): Translator;
  /** The methods that every server of this dialect has, such as introspection, by name. */
  builtins(service: Catalogue): ReadonlyMap<string, Method>;
  /** How a client asks what a service offers; not there where it cannot. */
  readonly introspection?: Introspection;
  /**
   * Makes up a request id that no other client will. Not there where requests have no ids that hold
   * for more than one connection.
   */
  readonly newRequestId?: () => string;
  /**
   * The same dialect with these limits of decoding, where it was not told others when it was made.
   *
   * @default it keeps its own
   */
  readonly limited?: (limits: DecodingLimits) => Dialect;
  /** How long calls wait unless the client says otherwise, in ms. @default RPC_DEFAULTS.timeoutMs */
  readonly timeoutMs?: number;
  /** Under which name to look for a method, or a handler of notifications, when a name has none. */
  readonly otherName?: (method: string) => string;
}
