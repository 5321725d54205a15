/**
 * What happens inside of clients and servers, for people and for tools: a logger that the user gives
 * and Node's `diagnostics_channel`. Silent unless somebody listens.
 *
 * | event | level |
 * |---|---|
 * | endpoints bound and connecting, draining, closed | info |
 * | a handler threw, a worker thread ended, a message met a mistake in zerocall | error |
 * | malformed and unknown messages, refused peers and calls, endpoints that are open to everybody, services without methods | warn |
 * | peers, calls, attempts to connect | debug |
 *
 * All events go to the channel `zerocall` as they are, with `side` beside them. What a logger throws is
 * told as an error, to the channel and to itself, and disturbs nothing.
 *
 * @module
 */

import { channel } from "node:diagnostics_channel";
import { UsageError } from "../base/errors.ts";
import { escapeControls, textOf } from "../base/text.ts";
import { unfailing } from "../rpc/last-resort.ts";
import type { Observer, RpcEvent } from "../rpc/rpc-event.ts";

/** Anything with four levels: pino, console and most others fit. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Checked at once, or the first event would throw in the middle of a call. */
export function checkLogger(given: Partial<Logger> | null | undefined): void {
  if (given === undefined) return;
  if (given === null) throw new UsageError("USAGE_OPTION", "expected logger to log, got null");
  const missing = LEVELS.filter((level) => typeof given[level] !== "function");
  if (missing.length === 0) return;
  throw new UsageError(
    "USAGE_OPTION",
    `expected logger to have ${LEVELS.join(", ")}, as console has, got one without ${missing.join(", ")}`,
  );
}

const LEVELS: readonly (keyof Logger)[] = ["debug", "info", "warn", "error"];

/** The channel of `node:diagnostics_channel` that hears of everything. */
export const DIAGNOSTICS_CHANNEL = "zerocall";

/** Makes an observer for a client or a server. It never throws. */
export function observeWith(side: "client" | "server", logger: Logger | undefined): Observer {
  const diagnostics = channel(DIAGNOSTICS_CHANNEL);
  return unfailing((event) => {
    if (diagnostics.hasSubscribers) diagnostics.publish({ side, ...event });
    if (logger === undefined) return;
    const [level, message] = describe(event);
    logger[level](message);
  });
}

function describe(event: RpcEvent): readonly [keyof Logger, string] {
  switch (event.type) {
    case "bound":
      return ["info", `bound to ${event.endpoint}`];
    case "connecting":
      return ["info", `connecting to ${event.endpoint}`];
    case "draining":
    case "closed":
      return ["info", event.type];
    case "peer-opened":
      return ["debug", `peer ${event.address || "?"} at ${event.endpoint} is there`];
    case "peer-closed":
      return [
        "debug",
        `peer ${event.address || "?"} at ${event.endpoint} is gone${why(event.error)}`,
      ];
    case "unreachable":
      return ["debug", `${event.endpoint} cannot be reached${why(event.error)}`];
    case "refused":
      return ["warn", `a peer at ${event.endpoint} was refused${why(event.error)}`];
    case "insecure":
      return ["warn", insecureText(event.endpoint)];
    case "call-started":
      return ["debug", `${ofPeer(event.method)}() called by ${event.address || "?"}`];
    case "call-finished":
      return ["debug", `${ofPeer(event.method)}() of ${event.address || "?"} is over`];
    case "call-failed":
      return [
        "error",
        `${ofPeer(event.method)}() called by ${event.address || "?"} failed: ${stackOf(event.error)}`,
      ];
    case "call-denied":
      return [
        "warn",
        `${ofPeer(event.method)}() called by ${ofPeer(event.identity ?? "?")} at ${event.address || "?"}` +
          ` was denied: ${event.reason}`,
      ];
    case "worker-ready":
      return ["debug", `${event.worker} is there`];
    case "worker-ended":
      return ["error", workerEndedText(event)];
    case "unrecognised":
      return ["warn", `peer ${event.address || "?"} at ${event.endpoint}: ${ofPeer(event.reason)}`];
    case "nothing-offered":
      return ["warn", event.reason];
    case "fault":
      return ["error", faultText(event)];
    case "malformed":
      return ["warn", `malformed message of ${event.address || "?"}: ${ofPeer(event.reason)}`];
  }
}

function faultText({ at, endpoint, address, error }: Extract<RpcEvent, { type: "fault" }>): string {
  if (at === "observer") return `the logger has failed: ${stackOf(error)}`;
  const peer = endpoint === "" ? "" : `peer ${address || "?"} at ${endpoint} was disconnected, as `;
  return `${peer}${FAULT_PLACES[at]} met a mistake in zerocall: ${stackOf(error)}`;
}

const FAULT_PLACES = {
  message: "a message of it",
  connection: "a change of its connection",
  timer: "the timer of a call",
  answer: "the answer to a call",
} as const;

/** What is said about an endpoint that other hosts can reach. */
export function insecureText(endpoint: string): string {
  return (
    `${endpoint} is open to other hosts without authentication and encryption: whoever can connect` +
    " can read along and call all that no policy denies; use the option security, or bind to 127.0.0.1"
  );
}

/** What is said about a thread that has ended by itself. */
export function workerEndedText({
  worker,
  error,
  restartMs,
}: Extract<RpcEvent, { type: "worker-ended" }>): string {
  const again = `another one is started in ${Math.ceil(restartMs)} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  const stack = cause instanceof Error ? `\n${stackOf(cause)}` : "";
  return `${worker} has ended, ${again}${why(error)}${stack}`;
}

/** Most characters of a peer's text in one line. */
const MAX_PEER_TEXT = 200;

function ofPeer(text: string): string {
  const shown = text.length > MAX_PEER_TEXT ? `${text.slice(0, MAX_PEER_TEXT)}…` : text;
  return escapeControls(shown);
}

function why(error: unknown): string {
  return error instanceof Error ? `: ${error.message}` : "";
}

/** Handlers throw what they like, also what has no text. */
function stackOf(error: unknown): string {
  try {
    if (error instanceof Error) return textOf(error.stack ?? error.message);
  } catch {
    // The error's own code has failed.
  }
  return textOf(error);
}
