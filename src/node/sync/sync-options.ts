/**
 * Options of blocking clients: those of a client that are data.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import type { ErrorClasses } from "../../dialects/jsonrpc/errors.ts";
import { checkOptions, inText, RPC_DEFAULTS } from "../../rpc/limits.ts";
import { DIALECT_NAMES, type DialectName, type DialectSpec } from "../dialect-by-name.ts";
import { LIMIT_OPTIONS } from "../rpc-options.ts";
import type { CarriedOptions, SyncCallOptions } from "./commands.ts";

/** A dialect: its name, or its name with options. */
export type SyncDialect = DialectName | DialectSpec;

/** Options of `SyncClient`. */
export interface SyncClientOptions extends Omit<CarriedOptions, "timeoutMs" | "idleTimeoutMs"> {
  /**
   * How long a call blocks until it is answered, in ms. It has to be finite: nothing else can end a
   * call whose answer never comes.
   *
   * @default that of the dialect; 30_000 for zerorpc, 5000 for jsonrpc
   */
  readonly timeoutMs?: number;
  /** How long a stream blocks for each further item, in ms; finite. @default 30_000 */
  readonly idleTimeoutMs?: number;
  /** The tongue it speaks, by name: `"jsonrpc"`, `{ name: "netcall", serializer: "pickle" }`. @default "zerorpc" */
  readonly dialect?: SyncDialect;
}

const SYNC_OPTIONS: Readonly<Record<keyof SyncClientOptions, true>> = {
  ...LIMIT_OPTIONS,
  maxCallsPerOldPeer: true,
  dialect: true,
  headers: true,
  heartbeatMs: true,
  idleTimeoutMs: true,
  maxQueuedCalls: true,
  passiveHeartbeat: true,
  retryTimeoutMs: true,
  security: true,
  socket: true,
  socketType: true,
  timeoutMs: true,
  totalTimeoutMs: true,
};

const SYNC_CALL_OPTIONS: Readonly<Record<keyof SyncCallOptions, true>> = {
  timeoutMs: true,
  idleTimeoutMs: true,
  totalTimeoutMs: true,
  named: true,
  headers: true,
  idempotent: true,
  requestId: true,
};

/** Options that are functions, or hold some. */
const NEVER_CROSS = [
  "interceptors",
  "logger",
  "onNotification",
  "parent",
  "resolveEndpoint",
  "signal",
  "transport",
] as const;

/** What options come to. */
export interface ResolvedOptions {
  readonly carried: CarriedOptions;
  readonly dialect: DialectSpec;
  /** Classes of the dialect jsonrpc, which stay on this side. */
  readonly errors: ErrorClasses;
  /** How long calls block at most. */
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** @throws {UsageError} `USAGE_OPTION` */
export function resolveOptions(options: SyncClientOptions): ResolvedOptions {
  checkCrossing(options);
  checkOptions("blocking client option", options, SYNC_OPTIONS);
  const { dialect = "zerorpc", idleTimeoutMs, ...carried } = options;
  const { errors = {}, ...spec }: DialectSpec & { readonly errors?: ErrorClasses } =
    resolveDialect(dialect);
  return {
    carried: crossing(carried),
    dialect: crossing(spec),
    errors,
    timeoutMs: bounded("timeoutMs", options.timeoutMs, RPC_DEFAULTS.timeoutMs),
    idleTimeoutMs: bounded("idleTimeoutMs", idleTimeoutMs, RPC_DEFAULTS.timeoutMs),
  };
}

/**
 * Checks the options of one call.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function checkCallOptions(options: SyncCallOptions): void {
  checkCrossing(options);
  checkOptions("blocking call option", options, SYNC_CALL_OPTIONS);
}

/**
 * Checks a time for which this thread may block, in ms.
 *
 * @throws {UsageError} `USAGE_OPTION` when it has no end
 */
export function bounded(name: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  if (typeof given === "number" && given > 0 && given <= MAX_MS) return given;
  throw new UsageError(
    "USAGE_OPTION",
    `expected ${name} of a blocking call in ms, more than 0 and at most ${MAX_MS}, got ${inText(given)};` +
      " what blocks has to end",
  );
}

/** The longest that a timer of the platform can wait. */
const MAX_MS = 2_147_483_647;

function checkCrossing(options: object): void {
  const name = NEVER_CROSS.find((each) => Object.hasOwn(options ?? {}, each));
  if (name === undefined) return;
  throw new UsageError(
    "USAGE_OPTION",
    `${name} cannot cross to the thread that makes blocking calls; use Client for it`,
  );
}

function resolveDialect(dialect: SyncDialect): DialectSpec {
  const spec = typeof dialect === "string" ? { name: dialect } : dialect;
  if (typeof spec === "object" && spec !== null && !("serverTranslator" in spec)) {
    if ((DIALECT_NAMES as readonly unknown[]).includes(spec.name)) return spec;
  }
  const names = DIALECT_NAMES.map((name) => `"${name}"`).join(", ");
  throw new UsageError(
    "USAGE_OPTION",
    `expected dialect to be one of ${names}, or { name, … } with one of them, since a dialect itself` +
      " cannot cross threads",
  );
}

/** Unlike a value's, none of an option's functions may be left out: it may be who is let in. */
function crossing<Options extends object>(options: Options): Options {
  for (const [name, value] of Object.entries(options)) {
    try {
      structuredClone(value);
    } catch (error) {
      throw new UsageError(
        "USAGE_OPTION",
        `expected ${name} of a blocking client to be data without functions, which cannot cross threads`,
        { cause: error },
      );
    }
  }
  return options;
}
