/**
 * A server's peer beyond its calls: whether it is still there, and what it can be told unasked.
 *
 * @module
 */

import { Deferred } from "../base/deferred.ts";
import type { CallPeer } from "./context.ts";
import type { Translator } from "./dialect.ts";
import { RpcError } from "./errors.ts";
import { checkSize } from "./message-size.ts";
import type { ChannelRef, OutgoingMessage } from "./packet.ts";
import type { Link } from "./transport.ts";

/** Arguments of a notification: positional ones in an array, named ones in a plain object. */
export type NotifyArguments = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The way back to who made a call, where its peer has only passed it on. */
export interface CallerLine {
  readonly peer: CallPeer;
  /** See `CallContext.notifiable`. */
  readonly notifiable: boolean;
  /** See `CallContext.notify`. */
  notify(method: string, args: NotifyArguments): Promise<boolean>;
}

/**
 * How many notifications may be sent to a peer that is full without waiting for it to read. Who
 * awaits each of them never sends more than one.
 */
export const MAX_UNAWAITED_NOTIFICATIONS = 1000;

const TAKEN: Promise<boolean> = Promise.resolve(true);
const GONE: Promise<boolean> = Promise.resolve(false);
const NO_ARGS: readonly unknown[] = [];
const PROBE = { type: "notify", method: "probe", args: NO_ARGS, named: undefined } as const;

/** A peer of a server. */
export class RemotePeer implements CallPeer {
  readonly #link: Link;
  readonly #translator: Translator;
  #aborter: AbortController | undefined = undefined;
  #gone: RpcError | undefined = undefined;
  /** Settled when the peer has room again. */
  #room: Deferred<boolean> | undefined = undefined;
  #unawaited = 0;

  constructor(link: Link, translator: Translator) {
    this.#link = link;
    this.#translator = translator;
  }

  get id(): number {
    return this.#link.id;
  }

  get address(): string {
    return this.#link.address;
  }

  get identity(): string | undefined {
    return this.#link.identity;
  }

  get endpoint(): string {
    return this.#link.endpoint;
  }

  get busy(): boolean {
    return this.#gone === undefined && this.#link.full;
  }

  /** Whether its protocol and its socket have notifications to it, by the way back of a channel. */
  canNotify(channel: ChannelRef): boolean {
    return this.#translator.encode({ ...PROBE, channel }) !== undefined;
  }

  /** Made only when somebody asks for it. */
  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      if (this.#gone !== undefined) this.#aborter.abort(this.#gone);
    }
    return this.#aborter.signal;
  }

  /**
   * Tells the peer something; see `CallContext.notify`.
   *
   * @param channel - whose way back the notification takes
   */
  notify(channel: ChannelRef | undefined, method: string, args: NotifyArguments): Promise<boolean> {
    if (this.#gone !== undefined) return GONE;
    const message = this.#encode(channel, method, args);
    checkSize(message, this.#link, method, false);
    if (this.#unawaited >= MAX_UNAWAITED_NOTIFICATIONS) {
      throw new RpcError(
        "resource_exhausted",
        `expected at most ${MAX_UNAWAITED_NOTIFICATIONS} notifications to wait for a slow peer,` +
          " got one more; await what notify() returns",
        { method, mayHaveRun: false },
      );
    }
    this.#link.send(message);
    if (!this.#link.full) return TAKEN;
    this.#unawaited++;
    return (this.#room ??= new Deferred()).promise;
  }

  /** The link has room again. */
  resume(): void {
    this.#settle(true);
  }

  /** The peer is gone. */
  disconnect(): void {
    if (this.#gone !== undefined) return;
    this.#gone = new RpcError("unavailable", `the peer at ${this.#link.endpoint} is gone`);
    this.#settle(false);
    this.#aborter?.abort(this.#gone);
  }

  #encode(channel: ChannelRef | undefined, method: string, args: NotifyArguments): OutgoingMessage {
    const positional = isPositional(args);
    const message = this.#translator.encode({
      type: "notify",
      channel,
      method,
      args: positional ? args : NO_ARGS,
      named: positional ? undefined : args,
    });
    if (message !== undefined) return message;
    throw new RpcError("unimplemented", "the peer's protocol has no notifications to it", {
      method,
      mayHaveRun: false,
    });
  }

  #settle(taken: boolean): void {
    this.#unawaited = 0;
    this.#room?.resolve(taken);
    this.#room = undefined;
  }
}

function isPositional(args: NotifyArguments): args is readonly unknown[] {
  return Array.isArray(args);
}
