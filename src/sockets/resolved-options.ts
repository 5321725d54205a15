/**
 * The options that all socket types share, checked, complete and in one form.
 *
 * Options of the `zeromq` package that make no sense here, or that this engine does not have, are
 * refused with the reason instead of being ignored.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { SecurityOptions } from "./security-options.ts";
import type { SocketOptions } from "./socket-options.ts";

/** The options that have a value of their own; those of security are looked at elsewhere. */
type ValueOptions = Omit<SocketOptions, keyof SecurityOptions>;

/** {@link SocketOptions} with defaults and in one form. */
export interface ResolvedOptions {
  readonly routingId: Uint8Array;
  readonly sendHighWaterMark: number;
  readonly receiveHighWaterMark: number;
  readonly sendHighWaterBytes: number;
  readonly receiveHighWaterBytes: number;
  /** ms; `Infinity` for ever. */
  readonly lingerMs: number;
  /** ms; -1 never. */
  readonly reconnectIntervalMs: number;
  readonly reconnectMaxIntervalMs: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly heartbeatTtlMs: number;
  readonly handshakeTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxFrames: number;
  readonly immediate: boolean;
  readonly keepAliveIdleMs: number | undefined;
  readonly backlog: number;
  readonly ipv6: boolean;
  /** ms; `Infinity` for ever. */
  readonly sendTimeoutMs: number;
  /** ms; `Infinity` for ever. */
  readonly receiveTimeoutMs: number;
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

const MAX_INT32 = 2_147_483_647;
const MAX_ROUTING_ID_BYTES = 255;
const MAX_TTL_MS = 6_553_500;
const EMPTY = new Uint8Array(0);

/** What holds where an option is left out. */
export const SOCKET_DEFAULTS: Required<ValueOptions> = {
  routingId: null,
  sendHighWaterMark: 1000,
  receiveHighWaterMark: 1000,
  sendHighWaterBytes: 64 * 1024 * 1024,
  receiveHighWaterBytes: 64 * 1024 * 1024,
  linger: 5000,
  reconnectInterval: 100,
  reconnectMaxInterval: 5000,
  heartbeatInterval: 0,
  heartbeatTimeout: -1,
  heartbeatTimeToLive: 0,
  handshakeInterval: 30_000,
  connectTimeout: 0,
  maxMessageSize: 100 * 1024 * 1024,
  maxFrames: 1024,
  immediate: false,
  tcpKeepalive: -1,
  tcpKeepaliveIdle: -1,
  backlog: 511,
  ipv6: false,
  sendTimeout: -1,
  receiveTimeout: -1,
  maxHandshakes: 2048,
  maxHandshakesPerAddress: 512,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 2000,
};

const DEFAULT_KEEP_ALIVE_IDLE_S = 30;

/** The smallest and the largest value of each number. */
const RANGES = {
  sendHighWaterMark: [1, MAX_INT32],
  receiveHighWaterMark: [1, MAX_INT32],
  sendHighWaterBytes: [1, Number.MAX_SAFE_INTEGER],
  receiveHighWaterBytes: [1, Number.MAX_SAFE_INTEGER],
  linger: [-1, MAX_INT32],
  reconnectInterval: [-1, MAX_INT32],
  reconnectMaxInterval: [0, MAX_INT32],
  heartbeatInterval: [0, MAX_INT32],
  heartbeatTimeout: [-1, MAX_INT32],
  heartbeatTimeToLive: [0, MAX_TTL_MS],
  handshakeInterval: [0, MAX_INT32],
  connectTimeout: [0, MAX_INT32],
  maxMessageSize: [1, Number.MAX_SAFE_INTEGER],
  maxFrames: [1, MAX_INT32],
  tcpKeepalive: [-1, 1],
  tcpKeepaliveIdle: [-1, 32_767],
  backlog: [1, MAX_INT32],
  sendTimeout: [-1, MAX_INT32],
  receiveTimeout: [-1, MAX_INT32],
  maxHandshakes: [1, MAX_INT32],
  maxHandshakesPerAddress: [1, MAX_INT32],
  maxConnections: [1, MAX_INT32],
  maxConnectionsPerAddress: [1, MAX_INT32],
} as const satisfies Partial<Record<keyof ValueOptions, readonly [number, number]>>;

const THREADS = "this engine has no I/O threads";
const MULTICAST = "there is no multicast transport";
const SECURITY =
  "the mechanisms are PLAIN and CURVE; the option authenticate takes the place of ZAP";
const PLATFORM = "the platform's sockets do not offer it";
const TRANSPORT = "there is no such transport";

/** Options of the `zeromq` package that are refused, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  context: "sockets have no context",
  affinity: THREADS,
  rate: MULTICAST,
  recoveryInterval: MULTICAST,
  multicastHops: MULTICAST,
  multicastMaxTransportDataUnit: MULTICAST,
  gssapiServer: SECURITY,
  gssapiPrincipal: SECURITY,
  gssapiServicePrincipal: SECURITY,
  gssapiPlainText: SECURITY,
  gssapiPrincipalNameType: SECURITY,
  gssapiServicePrincipalNameType: SECURITY,
  zapDomain: SECURITY,
  zapEnforceDomain: SECURITY,
  sendBufferSize: PLATFORM,
  receiveBufferSize: PLATFORM,
  tcpKeepaliveCount: PLATFORM,
  tcpKeepaliveInterval: PLATFORM,
  tcpMaxRetransmitTimeout: PLATFORM,
  typeOfService: PLATFORM,
  interface: PLATFORM,
  loopbackFastPath: PLATFORM,
  tcpAcceptFilter: "bind to the addresses that may be reached instead",
  socksProxy: TRANSPORT,
  vmciBufferSize: TRANSPORT,
  vmciBufferMinSize: TRANSPORT,
  vmciBufferMaxSize: TRANSPORT,
  vmciConnectTimeout: TRANSPORT,
  noDrop: "a publisher never waits for a slow subscriber",
  manual: "every subscription is accepted as it comes",
  welcomeMessage: "send what a new subscriber needs when its subscription is received",
  notify: "the events handshake and disconnect tell who comes and goes",
  invertMatching: "subscriptions always mean the messages that match",
};

/**
 * Checks options and fills in defaults.
 *
 * @param own - names of the options that only this socket type has, which are checked elsewhere
 * @throws {UsageError} `USAGE_OPTION`
 */
export function resolveOptions(
  options: ValueOptions,
  own: readonly string[] = [],
): ResolvedOptions {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !own.includes(name)) checkOption(name, value);
  }
  const given = { ...SOCKET_DEFAULTS, ...defined(options) };
  return {
    routingId: given.routingId === null ? EMPTY : routingIdOf(given.routingId),
    sendHighWaterMark: given.sendHighWaterMark,
    receiveHighWaterMark: given.receiveHighWaterMark,
    sendHighWaterBytes: given.sendHighWaterBytes,
    receiveHighWaterBytes: given.receiveHighWaterBytes,
    lingerMs: endless(given.linger),
    reconnectIntervalMs: given.reconnectInterval,
    reconnectMaxIntervalMs: given.reconnectMaxInterval,
    heartbeatIntervalMs: given.heartbeatInterval,
    heartbeatTimeoutMs:
      given.heartbeatTimeout === -1 ? given.heartbeatInterval : given.heartbeatTimeout,
    heartbeatTtlMs: given.heartbeatTimeToLive,
    handshakeTimeoutMs: given.handshakeInterval,
    connectTimeoutMs: given.connectTimeout,
    maxMessageBytes: given.maxMessageSize,
    maxFrames: given.maxFrames,
    immediate: given.immediate,
    keepAliveIdleMs: given.tcpKeepalive === 0 ? undefined : keepAliveIdleMs(given.tcpKeepaliveIdle),
    backlog: given.backlog,
    ipv6: given.ipv6,
    sendTimeoutMs: endless(given.sendTimeout),
    receiveTimeoutMs: endless(given.receiveTimeout),
    maxHandshakes: given.maxHandshakes,
    maxHandshakesPerAddress: given.maxHandshakesPerAddress,
    maxConnections: given.maxConnections,
    maxConnectionsPerAddress: given.maxConnectionsPerAddress,
  };
}

/**
 * Octets of a routing id given by the user.
 *
 * @throws {UsageError} `USAGE_OPTION` when it is empty, too long or starts with a zero octet
 */
export function routingIdOf(value: string | Uint8Array): Uint8Array {
  const octets = typeof value === "string" ? new TextEncoder().encode(value) : value.slice();
  if (octets.length === 0 || octets.length > MAX_ROUTING_ID_BYTES) {
    throw new UsageError(
      "USAGE_OPTION",
      `expected routingId to have 1 to ${MAX_ROUTING_ID_BYTES} octets, got ${octets.length}`,
    );
  }
  if (octets[0] === 0) {
    throw new UsageError(
      "USAGE_OPTION",
      "expected routingId not to start with a zero octet, which marks the ids a ROUTER makes up",
    );
  }
  return octets;
}

function checkOption(name: string, value: unknown): void {
  if (!Object.hasOwn(SOCKET_DEFAULTS, name)) {
    const reason = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
    throw new UsageError(
      "USAGE_OPTION",
      reason === undefined
        ? `unknown option ${JSON.stringify(name)}`
        : `option ${JSON.stringify(name)} is not supported: ${reason}`,
    );
  }
  if (Object.hasOwn(RANGES, name)) {
    const [min, max] = RANGES[name as keyof typeof RANGES];
    checkInteger(name, value, [min, max]);
  } else if (name === "routingId") {
    if (value !== null && typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new UsageError("USAGE_OPTION", "expected routingId to be text, octets or null");
    }
  } else {
    checkBoolean(name, value);
  }
}

/** @throws {UsageError} `USAGE_OPTION` unless `value` is an integer in `range` */
export function checkInteger(name: string, value: unknown, range: readonly [number, number]): void {
  const [min, max] = range;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    const got = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new UsageError(
      "USAGE_OPTION",
      `expected ${name} to be an integer from ${min} to ${max}, got ${got}`,
    );
  }
}

/** @throws {UsageError} `USAGE_OPTION` unless `value` is a boolean */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") {
    throw new UsageError("USAGE_OPTION", `expected ${name} to be true or false`);
  }
}

function defined<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}

function endless(ms: number): number {
  return ms === -1 ? Number.POSITIVE_INFINITY : ms;
}

function keepAliveIdleMs(seconds: number): number {
  return (seconds <= 0 ? DEFAULT_KEEP_ALIVE_IDLE_S : seconds) * 1000;
}
