/**
 * Messages that are of no dialect that a server speaks: all of them are counted, each peer is
 * reported once, and what a dialect can answer is answered.
 *
 * Such a peer is not turned away: its next message may be one that is known.
 *
 * @module
 */

import { formatHex } from "../base/text.ts";
import type { Dialect, Translator } from "./dialect.ts";
import type { Message, OutgoingMessage, Packet } from "./packet.ts";
import type { Observer } from "./rpc-event.ts";
import type { Link } from "./transport.ts";

/** How many octets of a message are shown, for people who look for where it came from. */
const SHOWN_OCTETS = 16;

/** Takes what no dialect recognises. */
export class Strangers {
  readonly #dialects: readonly Dialect[];
  readonly #observer: Observer | undefined;
  readonly #reported = new WeakSet<Link>();
  #messages = 0;

  constructor(dialects: readonly Dialect[], observer: Observer | undefined) {
    this.#dialects = dialects;
    this.#observer = observer;
  }

  /** How many messages have come that were of no dialect. */
  get messages(): number {
    return this.#messages;
  }

  take(link: Link, message: Message): void {
    this.#messages++;
    this.#report(link, message);
    const dialect = this.#dialects.find((each) => each.answersUnread?.(message) === true);
    if (dialect === undefined) return;
    for (const answer of answersOf(dialect.serverTranslator(link), message)) link.send(answer);
  }

  #report(link: Link, message: Message): void {
    if (this.#observer === undefined || this.#reported.has(link)) return;
    this.#reported.add(link);
    const names = this.#dialects.map(({ name }) => name).join(", ");
    const last = message.at(-1) ?? new Uint8Array(0);
    const more = last.length > SHOWN_OCTETS ? " …" : "";
    const shown = formatHex(last.subarray(0, SHOWN_OCTETS)) || "nothing";
    const { endpoint, address } = link;
    this.#observer({
      type: "unrecognised",
      endpoint,
      address,
      reason:
        `the message is of no dialect that this server speaks (${names}):` +
        ` ${message.length} frames, in the last one ${shown}${more}`,
    });
  }
}

/** What a dialect answers to what it cannot read. */
function answersOf(translator: Translator, message: Message): readonly OutgoingMessage[] {
  const packets: Packet[] = [];
  translator.decode(message, packets);
  const answers: OutgoingMessage[] = [];
  for (const packet of packets) {
    if (packet.type === "immediate") answers.push(packet.message);
    if (packet.type !== "malformed" || packet.channel === undefined) continue;
    const { channel, reason } = packet;
    const failure = { status: "invalid_argument", name: "TypeError", message: reason } as const;
    const answer = translator.encode({
      type: "error",
      channel,
      failure: { ...failure, mayHaveRun: false },
    });
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}
