/**
 * Options that clients and servers share, and how they become the parts of both.
 *
 * @module
 */

import { channel } from "node:diagnostics_channel";
import { UsageError } from "../base/errors.ts";
import type { CodecLimits } from "../codec/errors.ts";
import type { Interceptor } from "../rpc/interceptor.ts";
import { WINDOW_DEFAULTS, type WindowLimits } from "../rpc/receive-window.ts";
import type { Observer, RpcEvent } from "../rpc/rpc-event.ts";
import type { TransportFactory } from "../rpc/transport.ts";
import type { SecuritySource } from "../sockets/security.ts";
import type { SocketOptions } from "../sockets/socket-options.ts";
import { type RoleSocketTypes, zmqTransport } from "../transports/zmq.ts";
import type { Dialect } from "../rpc/dialect.ts";
import { count, inText } from "../rpc/limits.ts";
import { checkLogger, DIAGNOSTICS_CHANNEL, insecureText, type Logger, observeWith } from "./log.ts";
import { nodePlatform } from "./platform.ts";

/** The limits among {@link PeerOptions}, by the part that keeps to them. */
const LIMITS = {
  window: { maxWindowItems: true, maxWindowBytes: true },
  decoding: { maxDepth: true, maxElements: true, maxNumberKeys: true, maxStringBytes: true },
  wire: {
    maxMessageSize: true,
    maxFrames: true,
    maxConnections: true,
    maxConnectionsPerAddress: true,
    maxHandshakes: true,
    maxHandshakesPerAddress: true,
    handshakeInterval: true,
    sendHighWaterMark: true,
    sendHighWaterBytes: true,
  },
} as const;

/** What messages may cost before anybody looks into them; the same names as in {@link PeerOptions.socket}. */
export type WireLimits = Pick<SocketOptions, keyof typeof LIMITS.wire>;

/** Options of clients and servers alike. */
export interface PeerOptions extends Partial<WindowLimits>, Partial<CodecLimits>, WireLimits {
  /**
   * Interval of zerorpc's heartbeats in ms; 0 switches them off. They are exchanged only with peers
   * that need them, and need not be the same on both sides.
   *
   * @default 5000
   */
  readonly heartbeatMs?: number;
  /** Wrap all calls; the first one is outermost. @default none */
  readonly interceptors?: readonly Interceptor[];
  /** Hears what happens. @default silent */
  readonly logger?: Logger;
  /**
   * Makes an endpoint of what `bind` and `connect` are given. `unbind` and `disconnect` take either.
   *
   * @default as given
   */
  readonly resolveEndpoint?: (endpoint: string) => string | Promise<string>;
  /**
   * The security mechanism, its keys, and who may come in.
   *
   * ```ts
   * new Server(service, { security: { mechanism: "curve", secretKey, authenticate: [clientKey] } });
   * new Client(endpoint, { security: { mechanism: "curve", serverKey, secretKey: mine } });
   * ```
   *
   * A function is asked for every connection, so that keys can change while those that are there
   * live on.
   *
   * @default none: whoever can connect can call, and read along
   */
  readonly security?: SecuritySource;
  /** Options of the sockets below, such as `reconnectInterval`; what limits them stands beside it, too. */
  readonly socket?: SocketOptions;
  /** What carries messages, in place of ZeroMQ over Node's sockets. */
  readonly transport?: TransportFactory;
}

/** The names of the limits among {@link PeerOptions}. */
export const LIMIT_OPTIONS: Readonly<
  Record<keyof (WindowLimits & CodecLimits & WireLimits), true>
> = { ...LIMITS.window, ...LIMITS.decoding, ...LIMITS.wire };

/** The names of {@link PeerOptions}. */
export const PEER_OPTIONS: Readonly<Record<keyof PeerOptions, true>> = {
  ...LIMIT_OPTIONS,
  heartbeatMs: true,
  interceptors: true,
  logger: true,
  resolveEndpoint: true,
  security: true,
  socket: true,
  transport: true,
};

/** The parts that those options make. */
export interface PeerParts {
  readonly window: WindowLimits;
  readonly interceptors: readonly Interceptor[];
  readonly observer: Observer | undefined;
  readonly resolveEndpoint: (endpoint: string) => string | Promise<string>;
  readonly transport: TransportFactory;
  /** Tells, once, that an endpoint is open to everybody. */
  readonly insecure: (endpoint: string) => void;
  /** Tells what is probably a mistake: the log, and without one the process's warnings. */
  readonly warn: (event: RpcEvent, text: string, code: string) => void;
}

/** @throws {UsageError} `USAGE_OPTION` */
export function peerParts(
  side: "client" | "server",
  options: PeerOptions,
  types: RoleSocketTypes = {},
): PeerParts {
  const { maxWindowItems, maxWindowBytes } = WINDOW_DEFAULTS;
  checkLogger(options.logger);
  const warn = warner(side, options.logger);
  const insecure = insecureTeller(warn);
  const heard = options.logger !== undefined || channel(DIAGNOSTICS_CHANNEL).hasSubscribers;
  return {
    window: {
      maxWindowItems: count("maxWindowItems", options.maxWindowItems, maxWindowItems, 1),
      maxWindowBytes: count("maxWindowBytes", options.maxWindowBytes, maxWindowBytes, 1),
    },
    interceptors: checkInterceptors(options.interceptors),
    // Who is not heard does not describe every call: subscribe before making clients and servers.
    observer: heard ? observeWith(side, options.logger) : undefined,
    resolveEndpoint: options.resolveEndpoint ?? ((endpoint) => endpoint),
    transport:
      options.transport ??
      zmqTransport(nodePlatform, socketOptions(options), { ...types, insecure }),
    insecure,
    warn,
  };
}

/** The options of the sockets below. */
export function socketOptions(options: PeerOptions): SocketOptions {
  const { socket, security } = options;
  const limits = givenOf(LIMITS.wire, options);
  return {
    ...socket,
    ...Object.fromEntries(limits.map((name) => [name, options[name]])),
    ...(security !== undefined && { security }),
  };
}

/**
 * A dialect with the limits of decoding that the options have, where it has none of its own.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function limitedDialect(dialect: Dialect, options: PeerOptions): Dialect {
  const given = givenOf(LIMITS.decoding, options);
  if (given.length === 0) return dialect;
  const limits = Object.fromEntries(given.map((name) => [name, count(name, options[name], 1, 1)]));
  return dialect.limited?.(limits) ?? dialect;
}

/** The names of those limits that the options have. */
function givenOf<Name extends keyof PeerOptions>(
  limits: Readonly<Record<Name, true>>,
  options: PeerOptions,
): readonly Name[] {
  // A record that is written out has no names but those of its type.
  return (Object.keys(limits) as Name[]).filter((name) => options[name] !== undefined);
}

function warner(side: "client" | "server", logger: Logger | undefined): PeerParts["warn"] {
  return (event, text, code) => {
    observeWith(side, logger)(event);
    if (logger === undefined) process.emitWarning(text, { code });
  };
}

function insecureTeller(warn: PeerParts["warn"]): (endpoint: string) => void {
  let told = false;
  return (endpoint) => {
    if (told) return;
    told = true;
    warn({ type: "insecure", endpoint }, insecureText(endpoint), "ZEROCALL_INSECURE");
  };
}

/**
 * Checks what was given for a dialect.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function checkDialect(given: Dialect): Dialect {
  const candidate: unknown = given;
  if (
    typeof candidate === "object" &&
    candidate !== null &&
    "recognises" in candidate &&
    "clientTranslator" in candidate &&
    "serverTranslator" in candidate
  ) {
    return given;
  }
  const hint = typeof candidate === "function" ? ", which has to be called" : "";
  throw new UsageError(
    "USAGE_OPTION",
    `expected a dialect, as zerorpc() or jsonrpc() makes one, got ${inText(candidate)}${hint}`,
  );
}

/**
 * Checks the dialects of a server.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function checkDialects(given: readonly Dialect[]): readonly Dialect[] {
  if (!Array.isArray(given) || given.length === 0) {
    const got = Array.isArray(given) ? "none" : inText(given);
    throw new UsageError("USAGE_OPTION", `expected dialects in an array, at least one, got ${got}`);
  }
  return given.map((one: Dialect) => checkDialect(one));
}

function checkInterceptors(given: PeerOptions["interceptors"] = []): readonly Interceptor[] {
  if (Array.isArray(given) && given.every((one) => typeof one === "function")) return given;
  throw new UsageError("USAGE_OPTION", "expected interceptors to be functions in an array");
}
