/**
 * Sends the items of one stream, together where they are small and many.
 *
 * Between peers that know how, the items of one turn leave in one message: an item costs little more
 * than its value then, on both sides. What has gathered leaves at the end of the turn, or when it has
 * grown enough, and in front of whatever else is said on the channel. The first message of a turn is
 * written early, so that the peer works while this side still does; each further one has twice as many
 * items. An item that is large enough to be worth a message has one, and so have those behind it until
 * they are small again.
 *
 * @module
 */

import { octetLength } from "../base/octets.ts";
import type { ItemBundle } from "./dialect.ts";
import { checkSize } from "./message-size.ts";
import type { OutgoingMessage } from "./packet.ts";
import type { Gathering, Link } from "./transport.ts";

/** Items that gather before they are sent, at the beginning of a turn and at most. */
const FIRST_ITEMS = 64;
const MAX_ITEMS = 1024;
/** Octets of items that gather before they are sent. */
const MAX_BYTES = 16 * 1024;
/** An item of more octets is worth a message of its own. */
const ALONE_BYTES = 1024;
/** Links that take no larger messages get items one by one. */
const MIN_LINK_BYTES = 64 * 1024;

/** Whether items that go over a link may leave together. */
export function gathersItems(link: Link): boolean {
  return link.beforeLeaving !== undefined && (link.maxMessageOctets ?? Infinity) >= MIN_LINK_BYTES;
}

/** Gathers the items of one stream. */
export class ItemSender implements Gathering {
  readonly #bundle: ItemBundle;
  readonly #link: Link;
  readonly #method: string;
  readonly #send: (message: OutgoingMessage) => void;
  /** The end of the turn has been asked for. */
  #due = false;
  /** So many items are sent before that. */
  #mostItems = FIRST_ITEMS;
  #large = false;
  /** The stream is over. */
  #over = false;

  /**
   * @param link - one that {@link gathersItems}
   * @param method - for error messages
   * @param send - gives a message to the link
   */
  constructor(
    bundle: ItemBundle,
    link: Link,
    method: string,
    send: (message: OutgoingMessage) => void,
  ) {
    this.#bundle = bundle;
    this.#link = link;
    this.#method = method;
    this.#send = send;
  }

  /** Items have become so large that the next one is better sent by itself. */
  get large(): boolean {
    return this.#large;
  }

  /**
   * Takes an item.
   *
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH` when its value cannot be written
   * @throws {RpcError} `resource_exhausted` when it is larger than a message may be
   */
  add(value: unknown): void {
    const bundle = this.#bundle;
    const before = bundle.octets;
    bundle.add(value);
    if (this.#over) {
      // Its own `toJSON` or a getter has ended the stream.
      bundle.discard();
      return;
    }
    const { octets } = bundle;
    if (octets - before > ALONE_BYTES) this.#sendAlone();
    else if (octets >= MAX_BYTES || bundle.count >= this.#mostItems) this.#sendEarly();
    if (this.#due) return;
    this.#due = true;
    this.#link.beforeLeaving?.(this.#endOfTurn);
  }

  /** Takes note of an item that was sent by itself. */
  sentAlone(message: OutgoingMessage): void {
    let octets = 0;
    for (const frame of message) octets += octetLength(frame);
    this.#large = octets > ALONE_BYTES;
  }

  /** Sends what has gathered. */
  flush(): void {
    if (this.#bundle.count > 0) this.#send(this.#bundle.take());
  }

  /** Forgets what has gathered, as the stream is over. */
  discard(): void {
    this.#over = true;
    this.#bundle.discard();
  }

  readonly #endOfTurn: Gathering = {
    flush: () => {
      this.#due = false;
      this.#mostItems = FIRST_ITEMS;
      this.flush();
    },
  };

  #sendEarly(): void {
    this.#mostItems = Math.min(2 * this.#mostItems, MAX_ITEMS);
    this.flush();
    this.#link.writeNow?.();
  }

  #sendAlone(): void {
    if (this.#bundle.count > 1) this.#send(this.#bundle.takeEarlier());
    const message = this.#bundle.take();
    this.#large = true;
    checkSize(message, this.#link, this.#method, true);
    this.#send(message);
  }
}
