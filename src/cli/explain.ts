/**
 * Errors as text for people.
 *
 * @module
 */

import { inspect } from "node:util";

import { isZerocallError, RpcError } from "../node/index.ts";
import { withoutOwnFrames } from "./frames.ts";
import { pointAt } from "./mistakes.ts";

/** What to tell of an error. */
export interface Explanation {
  readonly text: string;
  /** The command line was wrong; otherwise what it asked for failed. */
  readonly usage: boolean;
}

/** Errors that a differently typed command line would not have met. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  "USAGE_ENDPOINT",
  "USAGE_OPTION",
  "SOURCE_NOT_FOUND",
  "SOURCE_NO_EXPORT",
  "SOURCE_NOTHING_TO_SERVE",
]);

/** Says what went wrong, where, and with the peer's stack where it sent one. */
export function explain(error: unknown): Explanation {
  if (error instanceof RpcError) return { text: explainCall(error), usage: false };
  if (!isZerocallError(error)) {
    return {
      text: error instanceof Error ? (error.stack ?? error.message) : inspect(error),
      usage: false,
    };
  }
  const { code, message } = error;
  if (code === "USAGE_ENDPOINT") return { text: explainEndpoint(message), usage: true };
  if (code === "SOURCE_FAILED") {
    const stack = error.cause instanceof Error ? error.cause.stack : undefined;
    return { text: stack === undefined ? message : `${message}\n${indented(stack)}`, usage: false };
  }
  return { text: message, usage: USAGE_CODES.has(code) };
}

/** What the peer's handler threw looks as it does there; what we gave up on is told in our words. */
function explainCall(error: RpcError): string {
  if (error.origin === "local") return error.message;
  // The class of our own errors says nothing; their status does.
  const kind = error.name === "RpcError" ? error.status : error.name;
  const head = `${kind}: ${error.message}`;
  const details = error.details === undefined ? "" : `\ndetails: ${inspect(error.details)}`;
  const stack = error.peerStack === undefined ? "" : withoutOwnFrames(error.peerStack).trimEnd();
  if (stack === "") return head + details;
  // Stacks of JavaScript begin with the message, tracebacks of Python end with it.
  const repeated = stack.includes(error.message);
  return `${repeated ? stack : `${head}\n${indented(stack)}`}${details}`;
}

/** The error names the endpoint and the position in it; here the place is shown as well. */
function explainEndpoint(message: string): string {
  const [, quoted, position] =
    /^malformed endpoint ("(?:[^"\\]|\\.)*").* at position (\d+)/.exec(message) ?? [];
  if (quoted === undefined || position === undefined) return message;
  const address = JSON.parse(quoted) as string;
  const hint = address.includes("://") ? "" : `\n${intended(address)}`;
  return `${message}\n${pointAt(address, Number(position))}${hint}`;
}

/** What somebody may have meant by a word where an address is expected. */
function intended(word: string): string {
  if (/^\d+$/.test(word)) return `did you mean tcp://127.0.0.1:${word}?`;
  if (/^[^\s/]+:\d+$/.test(word)) return `did you mean tcp://${word}?`;
  return "zerocall --server --bind <address> <module> serves a module; zerocall --help tells the rest";
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
