/**
 * The traffic of one connection: messages, subscriptions and heartbeats after the handshake.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Commands", "Messages", "Connection Heartbeating" and "The
 * Publish-Subscribe Pattern".
 *
 * Knows nothing of greetings and handshakes.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { type Octets, wholeOctets } from "../base/octets.ts";
import { octetAt } from "../base/octet-reader.ts";
import { admitCommand, decodeCommand, decodePing, encodeCommand, encodePing } from "./command.ts";
import type { ConnectionEvent } from "./connection-event.ts";
import type { ConnectionSettings } from "./connection-options.ts";
import { checkFlags, COMMAND, MORE } from "./frame.ts";
import type { FrameSink } from "./frame-decoder.ts";
import type { FrameEncoder } from "./frame-encoder.ts";
import { Heartbeat } from "./heartbeat.ts";
import { peerError, type Protection } from "./mechanism.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { isPublisher } from "./socket-type.ts";

const NOTHING = new Uint8Array(0);
const CANCEL_OCTET = 0;
const SUBSCRIBE_OCTET = 1;

/** What the handshake has settled. */
export interface TrafficContext {
  readonly settings: ConnectionSettings;
  readonly version: "3.1" | "3.0";
  readonly protection: Protection | undefined;
  /** Where frames for the peer go. */
  readonly encoder: FrameEncoder;
  /** Hears of everything in order. */
  readonly emit: (event: ConnectionEvent) => void;
}

/** What goes over a connection after its handshake. */
export class Traffic implements FrameSink {
  readonly #context: TrafficContext;
  readonly #protection: Protection | undefined;
  readonly #encoder: FrameEncoder;
  readonly #assembler: MessageAssembler;
  readonly #heartbeat: Heartbeat;
  readonly #readsSubscriptions: boolean;
  readonly #overheadBytes: number;

  constructor(context: TrafficContext, now: number) {
    const { settings, protection } = context;
    this.#context = context;
    this.#protection = protection;
    this.#encoder = context.encoder;
    this.#assembler = new MessageAssembler(settings);
    this.#heartbeat = new Heartbeat(
      { intervalMs: settings.heartbeatIntervalMs, timeoutMs: settings.heartbeatTimeoutMs },
      now,
    );
    this.#readsSubscriptions = isPublisher(settings.socketType);
    this.#overheadBytes = protection?.overheadBytes ?? 0;
  }

  /** Octets held of a message that is not whole yet. */
  get heldBytes(): number {
    return this.#assembler.heldBytes;
  }

  get wakeAt(): number | undefined {
    return this.#heartbeat.wakeAt;
  }

  /**
   * Does what the time demands.
   *
   * @param pingWaits - the last PING has not been taken yet
   * @returns whether a PING was queued
   * @throws {ZmtpError} `ZMTP_HEARTBEAT_TIMEOUT`, `ZMTP_TTL_EXPIRED`
   */
  wake(now: number, pingWaits: boolean): boolean {
    const step = this.#heartbeat.check(now, pingWaits);
    if (step === "nothing") return false;
    if (step !== "ping") throw step;
    this.#write(COMMAND, encodePing(this.#context.settings.heartbeatTtlMs));
    return true;
  }

  /** A PING has brought no octet in return yet. */
  get silent(): boolean {
    return this.#heartbeat.unanswered;
  }

  /** Octets of the peer have arrived. */
  heard(now: number): void {
    this.#heartbeat.heard(now);
  }

  /** Says whether the peer can be heard at all. */
  listen(listening: boolean, now: number): void {
    this.#heartbeat.listen(listening, now);
  }

  /**
   * Checks a frame that has been announced.
   *
   * @throws {ZmtpError} `ZMTP_MESSAGE_TOO_LARGE`, `ZMTP_TOO_MANY_FRAMES`, `ZMTP_COMMAND_TOO_LARGE`
   */
  admit(flags: number, size: number): void {
    // What a protected frame is shows only when it is open.
    const message = (flags & COMMAND) === 0 || this.#protection !== undefined;
    if (message) this.#assembler.admit(size - this.#overheadBytes);
    else admitCommand(size, this.#context.settings.maxCommandBytes);
  }

  /**
   * Takes a whole frame of the peer.
   *
   * @throws {ZmtpError} `ZMTP_COMMAND_MALFORMED`, `ZMTP_PEER_ERROR`; of a protected frame also what
   * the protection throws, and what the header of a plain one would have been refused for
   */
  frame(flags: number, body: Uint8Array): void {
    if (this.#protection === undefined) {
      this.#plainFrame(flags, body);
    } else {
      const plain = this.#protection.unwrap(body);
      checkFlags(plain.flags);
      if ((plain.flags & COMMAND) !== 0) {
        admitCommand(plain.body.length, this.#context.settings.maxCommandBytes);
      }
      this.#plainFrame(plain.flags, plain.body);
    }
  }

  /**
   * Queues a message.
   *
   * @throws {UsageError} `USAGE_ARGUMENTS` without a frame
   */
  send(frames: readonly Octets[]): void {
    let left = frames.length;
    if (left === 0) {
      throw new UsageError("USAGE_ARGUMENTS", "expected a message of at least one frame, got none");
    }
    for (const frame of frames) {
      left -= 1;
      this.#write(left > 0 ? MORE : 0, frame);
    }
  }

  /** Queues a subscription or its cancellation in the form that the peer's version knows. */
  sendSubscription(name: "SUBSCRIBE" | "CANCEL", topic: Uint8Array): void {
    if (this.#context.version === "3.1") {
      this.#write(COMMAND, encodeCommand(name, topic));
      return;
    }
    const body = new Uint8Array(1 + topic.length);
    body[0] = name === "SUBSCRIBE" ? SUBSCRIBE_OCTET : CANCEL_OCTET;
    body.set(topic, 1);
    this.#write(0, body);
  }

  #plainFrame(flags: number, body: Uint8Array): void {
    if ((flags & COMMAND) !== 0) {
      this.#command(body);
      return;
    }
    const frames = this.#assembler.push((flags & MORE) !== 0, body);
    if (frames === undefined) return;
    if (this.#readsSubscriptions && this.#subscriptionMessage(frames)) return;
    this.#context.emit({ type: "message", frames });
  }

  #command(body: Uint8Array): void {
    const { name, data } = decodeCommand(body);
    switch (name) {
      case "PING": {
        const { ttlMs, context } = decodePing(data);
        this.#heartbeat.obey(ttlMs);
        this.#write(COMMAND, encodeCommand("PONG", context));
        break;
      }
      case "SUBSCRIBE":
        this.#context.emit({ type: "subscribe", topic: data });
        break;
      case "CANCEL":
        this.#context.emit({ type: "cancel", topic: data });
        break;
      case "ERROR":
        throw peerError(data);
      default:
      // PONG has done its work by arriving. Others may be extensions, which libzmq ignores, too.
    }
  }

  /** Reads a message as the subscription that it may be, and tells whether it was one. */
  #subscriptionMessage(frames: readonly Uint8Array[]): boolean {
    const [body = NOTHING] = frames;
    if (frames.length > 1 || body.length === 0) return false;
    const first = octetAt(body, 0);
    if (first > SUBSCRIBE_OCTET) return false;
    const type = first === SUBSCRIBE_OCTET ? "subscribe" : "cancel";
    this.#context.emit({ type, topic: body.subarray(1) });
    return true;
  }

  #write(flags: number, body: Octets): void {
    if (this.#protection === undefined) this.#encoder.frame(flags, body);
    else this.#encoder.frame(0, this.#protection.wrap(flags, wholeOctets(body)));
  }
}
