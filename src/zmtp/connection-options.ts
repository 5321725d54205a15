/**
 * The options of a connection, their defaults and their bounds.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { MAX_TTL_MS } from "./command.ts";
import type { Mechanism } from "./mechanism.ts";
import { type Allocate, zeroed } from "./partial-body.ts";
import type { SocketType } from "./socket-type.ts";

/** How a connection is to be. */
export interface ConnectionOptions {
  readonly socketType: SocketType;
  readonly mechanism: Mechanism;
  /**
   * Announced as `Identity` by REQ, DEALER and ROUTER; at most 255 octets. `ZMQ_ROUTING_ID`.
   *
   * @default empty
   */
  readonly routingId?: Uint8Array;
  /**
   * Further properties, such as `X-Version`. `ZMQ_METADATA`.
   *
   * @default none
   */
  readonly metadata?: ReadonlyMap<string, Uint8Array>;
  /**
   * Octets of all frames of one received message. Checked when a frame is announced, before
   * anything is stored for it. `ZMQ_MAXMSGSIZE`, which is per frame.
   *
   * @default 104857600 (100 MiB)
   */
  readonly maxMessageBytes?: number;
  /**
   * Frames of one received message.
   *
   * @default 1024
   */
  readonly maxFrames?: number;
  /**
   * Octets of one received command, and so of a topic that a peer may subscribe to.
   *
   * @default 65536
   */
  readonly maxCommandBytes?: number;
  /**
   * From the start until `handshake-done`, in ms; 0 means no limit. `ZMQ_HANDSHAKE_IVL`.
   *
   * @default 30000
   */
  readonly handshakeTimeoutMs?: number;
  /**
   * Time between two PINGs in ms; 0 sends none. `ZMQ_HEARTBEAT_IVL`.
   *
   * @default 0
   */
  readonly heartbeatIntervalMs?: number;
  /**
   * Silence after a PING until the peer is given up, in ms; 0 means no limit.
   * `ZMQ_HEARTBEAT_TIMEOUT`.
   *
   * @default heartbeatIntervalMs
   */
  readonly heartbeatTimeoutMs?: number;
  /**
   * After how much silence of ours the peer is to give us up, in ms, sent in tenths of a second;
   * 0 means no wish. `ZMQ_HEARTBEAT_TTL`.
   *
   * @default 0
   */
  readonly heartbeatTtlMs?: number;
  /**
   * Makes memory for a frame that arrives in parts. It is written before it is read, so it may hold
   * anything at first.
   *
   * @default memory of zeros
   */
  readonly allocate?: Allocate;
}

/** All options, each with its value. */
export interface ConnectionSettings extends Required<Omit<ConnectionOptions, "metadata">> {
  /** Further properties. */
  readonly extra: ReadonlyMap<string, Uint8Array>;
}

/** What holds where an option is left out. */
export const CONNECTION_DEFAULTS = {
  maxMessageBytes: 104_857_600,
  maxFrames: 1024,
  maxCommandBytes: 65_536,
  handshakeTimeoutMs: 30_000,
  heartbeatIntervalMs: 0,
  heartbeatTtlMs: 0,
} as const;

/**
 * Fills in the defaults and checks the bounds.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function resolveOptions(options: ConnectionOptions): ConnectionSettings {
  const { metadata, ...given } = options;
  const heartbeatIntervalMs =
    options.heartbeatIntervalMs ?? CONNECTION_DEFAULTS.heartbeatIntervalMs;
  const settings: ConnectionSettings = {
    ...CONNECTION_DEFAULTS,
    heartbeatTimeoutMs: heartbeatIntervalMs,
    routingId: new Uint8Array(0),
    allocate: zeroed,
    ...given,
    extra: metadata ?? new Map(),
  };
  atLeast(settings, "maxMessageBytes", 0);
  atLeast(settings, "maxFrames", 1);
  atLeast(settings, "maxCommandBytes", 0);
  atLeast(settings, "handshakeTimeoutMs", 0);
  atLeast(settings, "heartbeatIntervalMs", 0);
  atLeast(settings, "heartbeatTimeoutMs", 0);
  atLeast(settings, "heartbeatTtlMs", 0);
  const { name } = settings.mechanism;
  if (!MECHANISM_NAME.test(name)) {
    const expected = "a mechanism name of up to 20 capitals, digits, hyphens and underscores";
    throw new UsageError("USAGE_OPTION", `expected ${expected}, got ${JSON.stringify(name)}`);
  }
  if (settings.heartbeatTtlMs > MAX_TTL_MS) {
    throw new UsageError(
      "USAGE_OPTION",
      `expected heartbeatTtlMs of at most ${MAX_TTL_MS}, got ${settings.heartbeatTtlMs}`,
    );
  }
  return settings;
}

const MECHANISM_NAME = /^[A-Z0-9_-]{1,20}$/;

type NumericOption = keyof typeof CONNECTION_DEFAULTS | "heartbeatTimeoutMs";

function atLeast(settings: ConnectionSettings, name: NumericOption, least: number): void {
  const value = settings[name];
  // Written so that NaN is refused as well.
  if (!(value >= least)) {
    throw new UsageError("USAGE_OPTION", `expected ${name} of at least ${least}, got ${value}`);
  }
}
