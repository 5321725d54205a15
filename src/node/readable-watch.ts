/**
 * Watches readable streams: calls back when there is something to read, and reads nothing itself.
 *
 * Node has no poll for bare descriptors. What it can wait for is a stream of its own, so a numeric
 * descriptor is wrapped into one: of a pipe, a socket or a terminal. Files are always readable, and
 * all other kinds cannot be waited for; both are refused.
 *
 *     idle --"readable"--> due --gate--> calling --nothing left--> idle
 *                           ^               |
 *                           +--still more---+        end, error, close: over
 *
 * @module
 */

import { fstatSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { isatty, ReadStream } from "node:tty";

import { UsageError } from "../base/errors.ts";
import type { EventGate } from "./event-gate.ts";

/** One stream that is watched. */
export class ReadableWatch {
  readonly stream: Readable;
  readonly #callback: () => unknown;
  readonly #gate: EventGate;
  readonly #over: () => void;
  #busy = false;
  #stopped = false;

  /** @param over - hears that the stream has ended, by itself or by {@link ReadableWatch.stop} */
  constructor(stream: Readable, callback: () => unknown, gate: EventGate, over: () => void) {
    this.stream = stream;
    this.#callback = callback;
    this.#gate = gate;
    this.#over = over;
    stream.on("readable", this.#due);
    stream.on("close", this.stop);
    stream.on("end", this.stop);
  }

  /** Watches no more. What is unread stays in the stream. */
  readonly stop = (): void => {
    if (this.#stopped) return;
    this.#stopped = true;
    this.stream.off("readable", this.#due);
    this.stream.off("close", this.stop);
    this.stream.off("end", this.stop);
    this.#over();
  };

  readonly #due = (): void => {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    // Whoever closes the gate meanwhile wants to hear nothing more.
    this.#handle().catch(() => undefined);
  };

  async #handle(): Promise<void> {
    const over = await this.#gate.enter();
    try {
      // It may have been unregistered, or read by somebody else, while the event waited.
      if (!this.#stopped) await this.#callback();
      over();
    } catch (error) {
      // It would fail again and again, because what is unread remains so.
      this.stop();
      over({ error });
    }
    this.#busy = false;
    // Others have their turn first, also when the callback reads nothing at all.
    if (this.stream.readableLength > 0 && !this.#stopped) setImmediate(this.#due);
  }
}

/**
 * The stream to watch for what `register` was given: itself, or a descriptor wrapped into one, which
 * owns the descriptor from then on.
 *
 * @throws {UsageError} `USAGE_ARGUMENTS` when it cannot be watched
 */
export function toReadable(source: Readable | number): Readable {
  if (typeof source === "number") return wrap(source);
  const candidate: unknown = source;
  if (
    typeof candidate === "object" &&
    candidate !== null &&
    "read" in candidate &&
    typeof candidate.read === "function" &&
    "readableLength" in candidate
  ) {
    return source;
  }
  throw cannotWatch(`expected a readable stream or a descriptor, got ${describe(candidate)}`);
}

function wrap(descriptor: number): Readable {
  try {
    if (isatty(descriptor)) return new ReadStream(descriptor);
    const kind = fstatSync(descriptor);
    if (kind.isFIFO() || kind.isSocket()) {
      return new Socket({ fd: descriptor, readable: true, writable: false, allowHalfOpen: true });
    }
    const what = kind.isFile() ? "a file, which can always be read" : "no pipe, socket or terminal";
    throw cannotWatch(`the descriptor ${descriptor} cannot be watched: it is ${what}`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw cannotWatch(`the descriptor ${descriptor} cannot be watched: ${why}`, error);
  }
}

function cannotWatch(message: string, cause?: unknown): UsageError {
  return new UsageError("USAGE_ARGUMENTS", message, { cause });
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { constructor } = value;
  return typeof constructor === "function" && constructor.name !== ""
    ? constructor.name
    : "an object";
}
