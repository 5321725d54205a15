/**
 * What a session says to its peer: written by the dialect, measured, and given to the link in order.
 *
 * @module
 */

import type { ItemBundle, Translator } from "./dialect.ts";
import type { Failure } from "./errors.ts";
import { gathersItems, ItemSender } from "./item-sender.ts";
import { checkSize } from "./message-size.ts";
import type { ChannelRef, OutgoingMessage, Packet } from "./packet.ts";
import { shortened, TEXT_LIMITS } from "./short-failure.ts";
import type { Link } from "./transport.ts";

/** Who sends items. The field belongs to the outbox, but for asking it to flush or to discard. */
export interface ItemSending {
  /** Gathers items, once there was one that could be gathered. */
  sender: ItemSender | undefined;
}

/** As much of a failure as could be written. */
export interface WrittenFailure {
  readonly said: Failure;
  /** `undefined` where the protocol has none, or none yet, and where nothing of it can be written. */
  readonly message: OutgoingMessage | undefined;
  /** Why nothing of it can be written. */
  readonly unsaid: unknown;
}

/** The way from a session to its link. */
export class Outbox {
  readonly #translator: Translator;
  readonly #link: Link;
  /** How many messages the link was given. */
  givenMessages = 0;

  constructor(translator: Translator, link: Link) {
    this.#translator = translator;
    this.#link = link;
  }

  /**
   * Writes a packet without sending it.
   *
   * @param mayHaveRun - what the error says of the call when the message is too large
   * @returns `undefined` where the protocol has no word for it
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH`
   * @throws {RpcError} `resource_exhausted`
   */
  encode(packet: Packet, method: string, mayHaveRun: boolean = true): OutgoingMessage | undefined {
    return checkSize(this.#translator.encode(packet), this.#link, method, mayHaveRun);
  }

  /** Sends a message. */
  readonly give = (message: OutgoingMessage): void => {
    this.givenMessages++;
    this.#link.send(message);
  };

  /**
   * Sends one item of a stream, with others of the same turn where the peer reads several at once.
   * Whatever else is said on the channel has to wait for `of.sender` to flush.
   *
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH`
   * @throws {RpcError} `resource_exhausted`
   */
  item(of: ItemSending, channel: ChannelRef, method: string, value: unknown): void {
    const sender = (of.sender ??= this.#senderFor(channel, method));
    if (sender !== undefined && !sender.large) {
      sender.add(value);
      return;
    }
    sender?.flush();
    const message = this.encode({ type: "item", channel, value, octets: 0 }, method);
    if (message === undefined) return;
    this.give(message);
    sender?.sentAlone(message);
  }

  /** Writes a failure, in ever fewer words until it can be written and fits the link. */
  failure(channel: ChannelRef, method: string, failure: Failure): WrittenFailure {
    let said = failure;
    let reason: unknown;
    for (let tries = 0; ; tries++) {
      try {
        const message = this.encode({ type: "error", channel, failure: said }, method);
        return { said, message, unsaid: undefined };
      } catch (error) {
        reason ??= error;
        const characters = TEXT_LIMITS[tries];
        if (characters === undefined) return { said, message: undefined, unsaid: reason };
        said = shortened(failure, characters, reason);
      }
    }
  }

  #senderFor(channel: ChannelRef, method: string): ItemSender | undefined {
    if (!gathersItems(this.#link)) return undefined;
    const bundle: ItemBundle | undefined = this.#translator.bundle?.(channel);
    return bundle && new ItemSender(bundle, this.#link, method, this.give);
  }
}
