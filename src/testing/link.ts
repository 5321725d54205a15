/**
 * A wire in virtual time that delays, cuts, freezes and breaks.
 *
 *     left.write -> [ in flight: delayed by latencyMs, cut ] -> right's received
 *
 * Both ends are what sockets take for a wire, so whole sockets run on it as they do on TCP.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Wire, WireHandler } from "../sockets/dialer.ts";
import { type Cut, whole } from "./cut.ts";

/** How a link behaves. */
export interface LinkOptions {
  /**
   * From writing to receiving, in ms.
   *
   * @default 0
   */
  readonly latencyMs?: number;
  /**
   * How the wire cuts what was written.
   *
   * @default whole
   */
  readonly cut?: Cut;
  /**
   * Octets in flight one way from which on an end refuses more until the other has read.
   *
   * @default 65536
   */
  readonly bufferBytes?: number;
  /**
   * What the ends are called in `address`.
   *
   * @default "link"
   */
  readonly address?: string;
}

const DEFAULTS = { latencyMs: 0, cut: whole, bufferBytes: 65_536, address: "link" } as const;

type LinkSettings = Required<LinkOptions>;

/** A wire between two ends. */
export class Link {
  readonly left: Wire;
  readonly right: Wire;
  readonly #leftEnd: LinkEnd;
  readonly #rightEnd: LinkEnd;

  constructor(clock: Clock, options: LinkOptions = {}) {
    const settings: LinkSettings = { ...DEFAULTS, ...options };
    this.#leftEnd = new LinkEnd(clock, settings);
    this.#rightEnd = new LinkEnd(clock, settings);
    this.#leftEnd.join(this.#rightEnd);
    this.#rightEnd.join(this.#leftEnd);
    this.left = this.#leftEnd;
    this.right = this.#rightEnd;
  }

  /** Octets that were written and not received yet, both ways. */
  get bytesInFlight(): number {
    return this.#leftEnd.inboxBytes + this.#rightEnd.inboxBytes;
  }

  /** Delivers nothing until {@link Link.thaw}; nothing is lost. */
  freeze(): void {
    this.#leftEnd.setFrozen(true);
    this.#rightEnd.setFrozen(true);
  }

  /** Delivers again, first what was held back. */
  thaw(): void {
    this.#leftEnd.setFrozen(false);
    this.#rightEnd.setFrozen(false);
  }

  /** Breaks the connection at both ends at once. What was in flight is lost. */
  lose(error: Error = new Error("the link was lost")): void {
    this.#leftEnd.break(error);
    this.#rightEnd.break(error);
  }
}

/** What is on its way to an end. */
type Parcel =
  | { readonly type: "octets"; readonly at: number; readonly octets: Uint8Array }
  | { readonly type: "end"; readonly at: number };

class LinkEnd implements Wire {
  readonly address: string;
  readonly copies: true = true;
  readonly #clock: Clock;
  readonly #settings: LinkSettings;
  #other: LinkEnd | undefined;
  #handler: WireHandler | undefined;
  #inbox: Parcel[] = [];
  #inboxBytes = 0;
  #scheduled = false;
  #paused = false;
  #frozen = false;
  /** The other end has been told to stop writing. */
  #refused = false;
  #writable = true;
  #closed = false;

  constructor(clock: Clock, settings: LinkSettings) {
    this.#clock = clock;
    this.#settings = settings;
    this.address = settings.address;
  }

  join(other: LinkEnd): void {
    this.#other = other;
  }

  get inboxBytes(): number {
    return this.#inboxBytes;
  }

  /** What fits into the buffer has left, as with a kernel. */
  get unsentBytes(): number {
    if (this.#closed || this.#other === undefined) return 0;
    return Math.max(0, this.#other.inboxBytes - this.#settings.bufferBytes);
  }

  attach(handler: WireHandler): void {
    this.#handler = handler;
    this.#schedule();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#closed || !this.#writable || this.#other === undefined) return false;
    const at = this.#clock.now() + this.#settings.latencyMs;
    for (const octets of chunks) {
      // A copy, as a kernel makes one: what the writer does to its buffer later is not seen.
      this.#other.accept({ type: "octets", at, octets: octets.slice() });
    }
    if (this.#other.#inboxBytes < this.#settings.bufferBytes) return true;
    this.#other.#refused = true;
    return false;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  end(): void {
    if (this.#closed || !this.#writable) return;
    this.#writable = false;
    this.#other?.accept({ type: "end", at: this.#clock.now() + this.#settings.latencyMs });
  }

  destroy(): void {
    if (this.#closed) return;
    this.#other?.accept({ type: "end", at: this.#clock.now() + this.#settings.latencyMs });
    this.#close(undefined);
  }

  setFrozen(frozen: boolean): void {
    this.#frozen = frozen;
    this.#schedule();
  }

  break(error: Error): void {
    this.#inbox = [];
    this.#inboxBytes = 0;
    this.#close(error);
  }

  accept(parcel: Parcel): void {
    if (this.#closed) return;
    this.#inbox.push(parcel);
    if (parcel.type === "octets") this.#inboxBytes += parcel.octets.length;
    this.#schedule();
  }

  #schedule(): void {
    const [next] = this.#inbox;
    if (next === undefined || this.#scheduled || !this.#reads) return;
    this.#scheduled = true;
    this.#clock.schedule(next.at, () => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  get #reads(): boolean {
    return !this.#closed && !this.#paused && !this.#frozen && this.#handler !== undefined;
  }

  /** Delivers one parcel, so that the handler may pause between any two. */
  #deliver(): void {
    if (!this.#reads) return;
    const parcel = this.#inbox.shift();
    if (parcel?.type === "octets") {
      this.#inboxBytes -= parcel.octets.length;
      this.#deliverParts(this.#settings.cut(parcel.octets));
    } else if (parcel !== undefined) {
      // As with TCP sockets that allow no half-open state: who hears the end, ends as well.
      this.end();
      this.#close(undefined);
    }
    this.#drain();
    this.#schedule();
  }

  #deliverParts(parts: readonly Uint8Array[]): void {
    for (const [at, part] of parts.entries()) {
      if (this.#reads) {
        this.#receive(part);
        continue;
      }
      this.#keep(parts.slice(at));
      return;
    }
  }

  /** Puts octets where the handler wants them, as far as it has room. */
  #receive(part: Uint8Array): void {
    const room = this.#handler?.room;
    if (room === undefined || room.length < part.length) {
      this.#handler?.received(part);
      return;
    }
    room.set(part);
    this.#handler?.received(room.subarray(0, part.length));
  }

  #keep(parts: readonly Uint8Array[]): void {
    if (this.#closed) return;
    const at = this.#clock.now();
    for (const octets of parts) this.#inboxBytes += octets.length;
    this.#inbox.unshift(...parts.map((octets) => ({ type: "octets", at, octets }) as const));
  }

  #drain(): void {
    if (!this.#refused || this.#inboxBytes >= this.#settings.bufferBytes) return;
    this.#refused = false;
    this.#other?.drained();
  }

  drained(): void {
    if (!this.#closed) this.#handler?.drained();
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler?.closed(error);
  }
}
