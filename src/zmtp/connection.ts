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
import type { Octets } from "../base/octets.ts";
import type { Machine } from "../base/machine.ts";
import { admitCommand } from "./command.ts";
import type { ConnectionEvent, PeerDescription } from "./connection-event.ts";
import {
  type ConnectionOptions,
  type ConnectionSettings,
  resolveOptions,
} from "./connection-options.ts";
import { ZmtpError } from "./errors.ts";
import { COMMAND } from "./frame.ts";
import { FrameDecoder, type FrameSink } from "./frame-decoder.ts";
import { FrameEncoder } from "./frame-encoder.ts";
import { encodeGreeting, type Greeting, GreetingDecoder } from "./greeting.ts";
import type { HandshakeStep, Verdict } from "./mechanism.ts";
import { decodeMetadata, encodeMetadata, identifyPeer } from "./metadata.ts";
import { Traffic } from "./traffic.ts";

interface Handshaking {
  readonly deadline: number | undefined;
  readonly version: Greeting["version"];
}

type Phase =
  | {
      readonly type: "greeting";
      readonly decoder: GreetingDecoder;
      readonly deadline: number | undefined;
    }
  | ({ readonly type: "handshake" } & Handshaking)
  /** Somebody decides about the peer. */
  | ({
      readonly type: "deciding";
      readonly decide: (verdict: Verdict) => HandshakeStep;
    } & Handshaking)
  | { readonly type: "traffic"; readonly traffic: Traffic }
  | { readonly type: "closed" };

type HandshakeDone = Extract<HandshakeStep, { type: "done" }>;

/** The machine of one ZMTP connection. */
export class Connection implements Machine<Uint8Array, Uint8Array, ConnectionEvent> {
  readonly #settings: ConnectionSettings;
  readonly #encoder = new FrameEncoder();
  readonly #metadata: Uint8Array;
  #phase: Phase;
  /** There once the greeting is over. */
  #decoder: FrameDecoder | undefined;
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
  }

  /** Octets that {@link Connection.takeOutput} would return. */
  get queuedBytes(): number {
    return this.#encoder.queuedBytes;
  }

  /** Messages of {@link Connection.send} that {@link Connection.takeOutput} would return. */
  get queuedMessages(): number {
    return this.#queuedMessages;
  }

  /** The peer was asked for a sign of life, by a PING, and has given none since. */
  get silent(): boolean {
    return this.#phase.type === "traffic" && this.#phase.traffic.silent;
  }

  /** Octets held of what the peer sent and is not whole yet. */
  get heldInputBytes(): number {
    const phase = this.#phase;
    const frameBytes = this.#decoder?.heldBytes ?? 0;
    if (phase.type === "greeting") return phase.decoder.length;
    return phase.type === "traffic" ? frameBytes + phase.traffic.heldBytes : frameBytes;
  }

  /** See {@link FrameDecoder.room}. */
  get room(): Uint8Array | undefined {
    return this.#phase.type === "traffic" ? this.#decoder?.room : undefined;
  }

  get wakeAt(): number | undefined {
    const phase = this.#phase;
    switch (phase.type) {
      case "greeting":
      case "handshake":
      case "deciding":
        return phase.deadline;
      case "traffic":
        return phase.traffic.wakeAt;
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
        const greeting = this.#phase.decoder.greeting();
        if (greeting !== undefined) this.#startHandshake(greeting, this.#phase.deadline);
      }
      if (this.#phase.type === "traffic") this.#phase.traffic.heard(now);
      this.#decoder?.decode(rest);
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

  /** Says that nobody reads any more what was taken: its memory is used again. */
  reuseOutput(): void {
    this.#encoder.reuse();
  }

  wake(now: number): ConnectionEvent[] {
    this.#now = now;
    const phase = this.#phase;
    try {
      if (phase.type === "traffic") {
        if (phase.traffic.wake(now, this.#pingQueued)) this.#pingQueued = true;
      } else if (phase.type !== "closed" && phase.deadline !== undefined && now >= phase.deadline) {
        const { handshakeTimeoutMs } = this.#settings;
        const reached = progressOf(phase);
        throw new ZmtpError("ZMTP_HANDSHAKE_TIMEOUT", `${reached} in ${handshakeTimeoutMs} ms`);
      }
    } catch (error) {
      this.#fail(error);
    }
    return this.#takeEvents();
  }

  /**
   * Says whether the peer of an `authenticate` event is let in. Without one, or when the connection
   * was closed meanwhile, nothing happens.
   */
  decide(verdict: Verdict, now: number): ConnectionEvent[] {
    const phase = this.#phase;
    if (phase.type !== "deciding") return [];
    this.#now = now;
    try {
      this.#handshakeStep(phase.decide(verdict), phase);
    } catch (error) {
      this.#fail(error);
    }
    return this.#takeEvents();
  }

  /**
   * Queues a message. After the connection was closed it is dropped.
   *
   * @param frames - what has up to `COPY_LIMIT_BYTES` in one piece is copied before this returns;
   * larger pieces are kept as views and MUST NOT be changed afterwards
   * @throws {UsageError} `USAGE_STATE` before `handshake-done`, `USAGE_ARGUMENTS` without a frame
   */
  send(frames: readonly Octets[]): void {
    const traffic = this.#traffic("send");
    if (traffic === undefined) return;
    traffic.send(frames);
    this.#queuedMessages += 1;
  }

  /**
   * Queues a subscription: a command to peers of ZMTP 3.1, a message to those of 3.0.
   *
   * @throws {UsageError} `USAGE_STATE` before `handshake-done`
   */
  subscribe(topic: Uint8Array): void {
    this.#traffic("subscribe")?.sendSubscription("SUBSCRIBE", topic);
  }

  /**
   * Queues the cancellation of a subscription. Otherwise like {@link Connection.subscribe}.
   *
   * @throws {UsageError} `USAGE_STATE` before `handshake-done`
   */
  cancel(topic: Uint8Array): void {
    this.#traffic("cancel")?.sendSubscription("CANCEL", topic);
  }

  /**
   * Says that nothing will be received for a while because we do not read. Until
   * {@link Connection.resume} the peer's silence does not count.
   */
  pause(now: number): void {
    if (this.#phase.type === "traffic") this.#phase.traffic.listen(false, now);
  }

  /** Says that we read again after {@link Connection.pause}. */
  resume(now: number): void {
    if (this.#phase.type === "traffic") this.#phase.traffic.listen(true, now);
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
    if (phase.type === "traffic") return phase.traffic;
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

  #startHandshake(greeting: Greeting, deadline: number | undefined): void {
    const { mechanism, maxCommandBytes } = this.#settings;
    if (greeting.mechanism !== mechanism.name) {
      throw new ZmtpError(
        "ZMTP_MECHANISM",
        `${greeting.mechanism} of the peer where this side has ${mechanism.name}`,
      );
    }
    const handshake = mechanism.begin(this.#metadata);
    const largest = Math.min(maxCommandBytes, mechanism.maxCommandBytes ?? maxCommandBytes);
    const sink: FrameSink = {
      admit: (flags, size) => {
        if ((flags & COMMAND) !== 0) admitCommand(size, largest);
        else throw new ZmtpError("ZMTP_UNEXPECTED_MESSAGE", `a message frame of ${size} octets`);
      },
      frame: (_flags, body) => {
        const phase = this.#phase;
        if (phase.type !== "handshake") {
          throw new ZmtpError("ZMTP_UNEXPECTED_COMMAND", "one while the peer is authenticated");
        }
        this.#handshakeStep(handshake.receive(body), phase);
      },
    };
    this.#decoder = new FrameDecoder(sink, this.#settings.allocate);
    this.#phase = { type: "handshake", deadline, version: greeting.version };
    for (const body of handshake.open()) this.#encoder.frame(COMMAND, body);
  }

  #handshakeStep(step: HandshakeStep, { deadline, version }: Handshaking): void {
    for (const command of step.send) this.#encoder.frame(COMMAND, command);
    switch (step.type) {
      case "continue":
        this.#phase = { type: "handshake", deadline, version };
        break;
      case "authenticate":
        this.#phase = { type: "deciding", deadline, version, decide: step.decide };
        this.#events.push({ type: "authenticate", credentials: step.credentials });
        break;
      case "done":
        this.#startTraffic(step, version);
        break;
      case "refuse":
        throw step.error;
    }
  }

  #startTraffic(done: HandshakeDone, version: Greeting["version"]): void {
    const settings = this.#settings;
    const metadata = decodeMetadata(done.metadata);
    const peer: PeerDescription = {
      ...identifyPeer(metadata, settings.socketType),
      metadata,
      version,
      mechanism: settings.mechanism.name,
      ...(done.identity === undefined ? {} : { identity: done.identity }),
    };
    const emit = (event: ConnectionEvent): void => {
      this.#events.push(event);
    };
    const { protection } = done;
    const context = { settings, version, protection, encoder: this.#encoder, emit };
    const traffic = new Traffic(context, this.#now);
    this.#decoder?.redirect(traffic);
    this.#phase = { type: "traffic", traffic };
    emit({ type: "handshake-done", peer });
  }
}

function progressOf({ type }: { readonly type: "greeting" | "handshake" | "deciding" }): string {
  switch (type) {
    case "greeting":
      return "no whole greeting";
    case "handshake":
      return "a greeting and no whole handshake";
    case "deciding":
      return "no verdict about the peer";
  }
}
