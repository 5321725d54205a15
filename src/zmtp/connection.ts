/**
 * One ZMTP connection: greeting, handshake, traffic, closed.
 *
 * Spec: RFC 37 (ZMTP 3.1), and RFC 23 (ZMTP 3.0) towards peers that speak it;
 * `docs/protocols/zmtp.md` says where libzmq and we differ from them.
 *
 *     greeting --64 octets--> handshake --mechanism done--> traffic
 *         \_______________________ \_________________________ \___> closed
 *
 * Knows nothing of a second peer, of what a socket type does with messages, of sockets and timers.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { Machine } from "../base/machine.ts";
import { octetAt } from "../base/octet-reader.ts";
import {
  decodeCommand,
  decodeErrorReason,
  decodePing,
  encodeCommand,
  encodePing,
} from "./command.ts";
import type { ConnectionEvent, PeerDescription } from "./connection-event.ts";
import {
  type ConnectionOptions,
  type ConnectionSettings,
  resolveOptions,
} from "./connection-options.ts";
import { ZmtpError } from "./errors.ts";
import { COMMAND, MORE } from "./frame.ts";
import { FrameDecoder, type FrameSink } from "./frame-decoder.ts";
import { FrameEncoder } from "./frame-encoder.ts";
import { encodeGreeting, type Greeting, GreetingDecoder } from "./greeting.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Handshake, Protection } from "./mechanism.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { decodeMetadata, encodeMetadata, identifyPeer } from "./metadata.ts";
import { isPublisher } from "./socket-type.ts";

const NOTHING = new Uint8Array(0);
const CANCEL_OCTET = 0;
const SUBSCRIBE_OCTET = 1;

type Phase =
  | {
      readonly type: "greeting";
      readonly decoder: GreetingDecoder;
      readonly deadline: number | undefined;
    }
  | {
      readonly type: "handshake";
      readonly handshake: Handshake;
      readonly version: Greeting["version"];
      readonly deadline: number | undefined;
    }
  | Traffic
  | { readonly type: "closed" };

interface Traffic {
  readonly type: "traffic";
  readonly version: Greeting["version"];
  readonly protection: Protection | undefined;
  readonly heartbeat: Heartbeat;
}

/** The machine of one ZMTP connection. */
export class Connection implements Machine<Uint8Array, Uint8Array, ConnectionEvent> {
  readonly #settings: ConnectionSettings;
  readonly #decoder = new FrameDecoder();
  readonly #assembler: MessageAssembler;
  readonly #encoder = new FrameEncoder();
  readonly #sink: FrameSink;
  readonly #metadata: Uint8Array;
  #phase: Phase;
  #events: ConnectionEvent[] = [];
  #now: number;
  #queuedMessages = 0;
  #pingQueued = false;

  /**
   * Queues the greeting.
   *
   * @throws {UsageError} `USAGE_OPTION`
   */
  constructor(options: ConnectionOptions, now: number) {
    const settings = resolveOptions(options);
    this.#settings = settings;
    this.#assembler = new MessageAssembler(settings);
    this.#metadata = encodeMetadata(settings);
    this.#now = now;
    const { mechanism, handshakeTimeoutMs } = settings;
    this.#encoder.octets(
      encodeGreeting(mechanism.name, mechanism.asServer, settings.routingId.length),
    );
    this.#phase = {
      type: "greeting",
      decoder: new GreetingDecoder(),
      deadline: handshakeTimeoutMs > 0 ? now + handshakeTimeoutMs : undefined,
    };
    this.#sink = {
      admit: (flags, size) => this.#admit(flags, size),
      frame: (flags, body) => this.#frame(flags, body),
    };
  }

  /** Octets that {@link Connection.takeOutput} would return. */
  get queuedBytes(): number {
    return this.#encoder.queuedBytes;
  }

  /** Messages of {@link Connection.send} that {@link Connection.takeOutput} would return. */
  get queuedMessages(): number {
    return this.#queuedMessages;
  }

  /** Octets held of messages that are not whole yet. */
  get heldInputBytes(): number {
    const greeting = this.#phase.type === "greeting" ? this.#phase.decoder.length : 0;
    return greeting + this.#decoder.heldBytes + this.#assembler.heldBytes;
  }

  get wakeAt(): number | undefined {
    const phase = this.#phase;
    switch (phase.type) {
      case "greeting":
      case "handshake":
        return phase.deadline;
      case "traffic":
        return phase.heartbeat.wakeAt;
      case "closed":
        return undefined;
    }
  }

  /**
   * Takes octets of the peer. Frames of the events are views into `chunk`, which MUST NOT be
   * changed as long as they are in use.
   */
  receive(chunk: Uint8Array, now: number): ConnectionEvent[] {
    if (this.#phase.type === "closed") return [];
    this.#now = now;
    try {
      let rest = chunk;
      if (this.#phase.type === "greeting") {
        rest = chunk.subarray(this.#phase.decoder.push(chunk));
        this.#greet(this.#phase.decoder.greeting());
      }
      if (this.#phase.type === "traffic") this.#phase.heartbeat.heard(now);
      if (rest.length > 0) this.#decoder.decode(rest, this.#sink);
    } catch (error) {
      this.#fail(error);
    }
    return this.#takeEvents();
  }

  /**
   * Returns what must go to the peer. After a `closed` event this is what had been queued for it
   * during the handshake, so that it can see for itself what does not fit.
   */
  takeOutput(): Uint8Array[] {
    this.#queuedMessages = 0;
    this.#pingQueued = false;
    return this.#encoder.take();
  }

  wake(now: number): ConnectionEvent[] {
    this.#now = now;
    const phase = this.#phase;
    switch (phase.type) {
      case "greeting":
      case "handshake":
        if (phase.deadline !== undefined && now >= phase.deadline) {
          const reached = phase.type === "greeting" ? "no whole greeting" : "no end of it";
          this.#fail(
            new ZmtpError(
              "ZMTP_HANDSHAKE_TIMEOUT",
              `${reached} after ${this.#settings.handshakeTimeoutMs} ms`,
            ),
          );
        }
        break;
      case "traffic": {
        const step = phase.heartbeat.check(now, this.#pingQueued);
        if (step === "ping") this.#ping();
        else if (step !== "nothing") this.#fail(step);
        break;
      }
      case "closed":
        break;
    }
    return this.#takeEvents();
  }

  /**
   * Queues a message. After the connection was closed it is dropped.
   *
   * @param frames - those up to `COPY_LIMIT_BYTES` are copied before this returns; larger ones are
   * kept as views and MUST NOT be changed afterwards
   * @throws {UsageError} `USAGE_STATE` before `handshake-done`, `USAGE_ARGUMENTS` without a frame
   */
  send(frames: readonly Uint8Array[]): void {
    const traffic = this.#traffic("send");
    if (traffic === undefined) return;
    const last = frames.length - 1;
    if (last < 0) {
      throw new UsageError("USAGE_ARGUMENTS", "expected a message of at least one frame, got none");
    }
    this.#queuedMessages += 1;
    if (traffic.protection === undefined) {
      for (let i = 0; i <= last; i++) {
        this.#encoder.frame(i < last ? MORE : 0, frames[i] ?? NOTHING);
      }
    } else {
      for (let i = 0; i <= last; i++) {
        this.#write(traffic.protection, i < last ? MORE : 0, frames[i] ?? NOTHING);
      }
    }
  }

  /**
   * Queues a subscription: a command to peers of ZMTP 3.1, a message to those of 3.0.
   *
   * @throws {UsageError} `USAGE_STATE` before `handshake-done`
   */
  subscribe(topic: Uint8Array): void {
    this.#subscription("SUBSCRIBE", SUBSCRIBE_OCTET, topic);
  }

  /**
   * Queues the cancellation of a subscription. Otherwise like {@link Connection.subscribe}.
   *
   * @throws {UsageError} `USAGE_STATE` before `handshake-done`
   */
  cancel(topic: Uint8Array): void {
    this.#subscription("CANCEL", CANCEL_OCTET, topic);
  }

  /**
   * Says that nothing will be received for a while because we do not read. Until
   * {@link Connection.resume} the peer's silence does not count.
   */
  pause(now: number): void {
    if (this.#phase.type === "traffic") this.#phase.heartbeat.listen(false, now);
  }

  /** Says that we read again after {@link Connection.pause}. */
  resume(now: number): void {
    if (this.#phase.type === "traffic") this.#phase.heartbeat.listen(true, now);
  }

  /**
   * Ends the connection. What was queued can still be taken; ZMTP itself has no farewell, so the
   * driver ends the wire behind it. Idempotent, and without an event: the caller knows.
   */
  close(): void {
    this.#phase = { type: "closed" };
  }

  #traffic(verb: string): Traffic | undefined {
    const phase = this.#phase;
    if (phase.type === "traffic") return phase;
    if (phase.type === "closed") return undefined;
    throw new UsageError("USAGE_STATE", `expected ${verb} after handshake-done, got it before`);
  }

  #takeEvents(): ConnectionEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  #fail(error: unknown): void {
    if (!(error instanceof ZmtpError)) throw error;
    // Half of the traffic helps nobody; a handshake tells the peer what does not fit.
    if (this.#phase.type === "traffic") this.#encoder.clear();
    this.#phase = { type: "closed" };
    this.#events.push({ type: "closed", error, retry: error.retry });
  }

  #greet(greeting: Greeting | undefined): void {
    if (greeting === undefined || this.#phase.type !== "greeting") return;
    const { mechanism } = this.#settings;
    if (greeting.mechanism !== mechanism.name) {
      throw new ZmtpError("ZMTP_MECHANISM", `${greeting.mechanism} for ${mechanism.name}`);
    }
    const handshake = mechanism.begin(this.#metadata);
    this.#phase = {
      type: "handshake",
      handshake,
      version: greeting.version,
      deadline: this.#phase.deadline,
    };
    for (const body of handshake.open()) this.#encoder.frame(COMMAND, body);
  }

  #admit(flags: number, size: number): void {
    const phase = this.#phase;
    if ((flags & COMMAND) !== 0) {
      const { maxCommandBytes } = this.#settings;
      if (size > maxCommandBytes) {
        throw new ZmtpError(
          "ZMTP_COMMAND_TOO_LARGE",
          `${size} octets where ${maxCommandBytes} are allowed`,
        );
      }
    } else if (phase.type === "traffic") {
      const overhead = phase.protection === undefined ? 0 : phase.protection.overheadBytes;
      this.#assembler.admit(size - overhead);
    } else {
      throw new ZmtpError("ZMTP_UNEXPECTED_MESSAGE", `a message frame of ${size} octets`);
    }
  }

  #frame(flags: number, body: Uint8Array): void {
    const phase = this.#phase;
    if (phase.type === "handshake") {
      this.#handshake(phase.handshake, phase.version, body);
    } else if (phase.type === "traffic") {
      if (phase.protection === undefined) {
        this.#trafficFrame(phase, flags, body);
      } else {
        const plain = phase.protection.unwrap(body);
        this.#trafficFrame(phase, plain.flags, plain.body);
      }
    }
  }

  #handshake(handshake: Handshake, version: Greeting["version"], body: Uint8Array): void {
    const step = handshake.receive(body);
    for (const command of step.send) this.#encoder.frame(COMMAND, command);
    if (step.type === "refuse") throw step.error;
    if (step.type === "continue") return;

    const metadata = decodeMetadata(step.metadata);
    const { socketType, mechanism, heartbeatIntervalMs, heartbeatTimeoutMs } = this.#settings;
    const peer: PeerDescription = {
      ...identifyPeer(metadata, socketType),
      metadata,
      version,
      mechanism: mechanism.name,
    };
    this.#phase = {
      type: "traffic",
      version,
      protection: step.protection,
      heartbeat: new Heartbeat(
        { intervalMs: heartbeatIntervalMs, timeoutMs: heartbeatTimeoutMs },
        this.#now,
      ),
    };
    this.#events.push({ type: "handshake-done", peer });
  }

  #trafficFrame(traffic: Traffic, flags: number, body: Uint8Array): void {
    if ((flags & COMMAND) !== 0) {
      this.#command(traffic, body);
      return;
    }
    const frames = this.#assembler.push((flags & MORE) !== 0, body);
    if (frames === undefined) return;
    if (isPublisher(this.#settings.socketType) && this.#subscriptionMessage(frames)) return;
    this.#events.push({ type: "message", frames });
  }

  #command(traffic: Traffic, body: Uint8Array): void {
    const { name, data } = decodeCommand(body);
    switch (name) {
      case "PING": {
        const { ttlMs, context } = decodePing(data);
        traffic.heartbeat.obey(ttlMs);
        this.#write(traffic.protection, COMMAND, encodeCommand("PONG", context));
        break;
      }
      case "SUBSCRIBE":
        this.#events.push({ type: "subscribe", topic: data });
        break;
      case "CANCEL":
        this.#events.push({ type: "cancel", topic: data });
        break;
      case "ERROR":
        throw new ZmtpError("ZMTP_PEER_ERROR", `ERROR "${decodeErrorReason(data)}"`);
      default:
      // PONG has done its work by arriving. Others may be extensions, which libzmq ignores, too.
    }
  }

  /** Reads a message as the subscription that it may be in ZMTP 3.0. */
  #subscriptionMessage(frames: readonly Uint8Array[]): boolean {
    const [body = NOTHING] = frames;
    if (frames.length > 1 || body.length === 0) return false;
    const first = octetAt(body, 0);
    if (first > SUBSCRIBE_OCTET) return false;
    this.#events.push({
      type: first === SUBSCRIBE_OCTET ? "subscribe" : "cancel",
      topic: body.subarray(1),
    });
    return true;
  }

  #subscription(name: "SUBSCRIBE" | "CANCEL", first: number, topic: Uint8Array): void {
    const traffic = this.#traffic(name.toLowerCase());
    if (traffic === undefined) return;
    if (traffic.version === "3.1") {
      this.#write(traffic.protection, COMMAND, encodeCommand(name, topic));
    } else {
      const body = new Uint8Array(1 + topic.length);
      body[0] = first;
      body.set(topic, 1);
      this.#write(traffic.protection, 0, body);
    }
  }

  #ping(): void {
    const phase = this.#phase;
    if (phase.type !== "traffic") return;
    this.#write(phase.protection, COMMAND, encodePing(this.#settings.heartbeatTtlMs));
    this.#pingQueued = true;
  }

  #write(protection: Protection | undefined, flags: number, body: Uint8Array): void {
    if (protection === undefined) this.#encoder.frame(flags, body);
    else this.#encoder.frame(0, protection.wrap(flags, body));
  }
}
