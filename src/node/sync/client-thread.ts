/**
 * The caller's end of the thread of connections: sends a command and blocks until it is answered.
 *
 * There is one such thread for each thread that makes blocking calls, whatever the number of
 * clients. It starts with the first of them and keeps nothing alive: where there is nothing else to
 * do, the process ends.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";

import { RpcError } from "../../rpc/errors.ts";
import { leftBehind } from "../errors.ts";
import { carryError, reviveError } from "./carried-error.ts";
import {
  type Command,
  type FromThread,
  type Outcome,
  type Pulled,
  SIGNAL,
  type ToThread,
} from "./commands.ts";
import { toPortable } from "./portable.ts";
import type { ThreadData } from "./worker.ts";

/** How long the thread may take to start, on a machine that is busy with other things. */
const START_MS = 30_000;

/**
 * How much longer than the call itself its caller waits, since what ends it in time is in the other
 * thread, which may have a large message to read.
 */
const GRACE_MS = 5_000;

/** What an iterator gives that is not there any more. */
const OVER: IteratorResult<unknown> = { done: true, value: undefined };

/** Blocks its own thread, and no other. */
export class ClientThread {
  readonly #port: MessagePort;
  readonly #signal: Int32Array;
  /** Commands that are waited for: more than one where an iterator makes calls of its own. */
  readonly #answers = new Map<number, Outcome | undefined>();
  readonly #inputs = new Map<number, Iterator<unknown>>();
  #nextId = 1;
  #ready = false;
  /** What has ended the thread, where that is known. */
  #fault: unknown = undefined;
  /** How many messages it had sent when somebody gave up waiting for the next one. */
  #silentAt: number | undefined = undefined;

  /** @throws {UsageError} `USAGE_STATE` when the thread's program is not there */
  constructor() {
    const program = programAt(import.meta.url);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#signal = new Int32Array(new SharedArrayBuffer(4 * Object.keys(SIGNAL).length));
    const data: ThreadData = { port: port2, signal: this.#signal };
    const worker = new Worker(program, {
      name: "zerocall/sync",
      workerData: data,
      transferList: [port2],
      // Loaders and inspectors of the program are not for this thread.
      execArgv: [],
    });
    worker.on("error", (error) => {
      this.#fault = error;
    });
    // A thread that runs out of memory cannot say so itself.
    worker.on("exit", () => Atomics.store(this.#signal, SIGNAL.ended, 1));
    worker.unref();
    this.#port.unref();
  }

  /** A new one has to be started; what was open in this one is gone. It does not end by itself. */
  get ended(): boolean {
    return Atomics.load(this.#signal, SIGNAL.ended) === 1;
  }

  /** Somebody has waited for it in vain, and nothing has come since. */
  get silent(): boolean {
    return Atomics.load(this.#signal, SIGNAL.sent) === this.#silentAt;
  }

  /** A number that no client, and no iterator, of this thread has had. */
  newId(): number {
    return this.#nextId++;
  }

  /** Keeps an iterator, from which the thread takes items while this one waits. */
  openInput(iterator: Iterator<unknown>): number {
    const input = this.newId();
    this.#inputs.set(input, iterator);
    return input;
  }

  /**
   * Forgets an iterator whose call is over, and ends it if it was not read to its end. What it throws
   * then is nobody's: the call has its outcome.
   */
  closeInput(input: number): void {
    const iterator = this.#inputs.get(input);
    this.#inputs.delete(input);
    try {
      iterator?.return?.();
    } catch {
      // As said above.
    }
  }

  /** Sends a command that nobody waits for. */
  post(command: Command): void {
    if (!this.ended) this.#send({ type: "command", id: this.newId(), command });
  }

  /**
   * Sends a command and blocks until it is answered. Where it is not, the thread is told to give it up.
   *
   * @param waitMs - how long the command itself may take
   * @throws {RpcError} `deadline_exceeded` when the thread does not answer, `unavailable` when it ends
   */
  perform(command: Command, waitMs: number): Outcome {
    if (!this.#ready) {
      this.#wait(START_MS, () => this.#ready);
      if (!this.#ready) throw this.#unanswered("did not start", START_MS);
    }
    const id = this.newId();
    this.#answers.set(id, undefined);
    try {
      this.#send({ type: "command", id, command });
      this.#wait(waitMs + GRACE_MS, () => this.#answers.get(id) !== undefined);
      const outcome = this.#answers.get(id);
      if (outcome !== undefined) return outcome;
      throw this.#unanswered("did not answer", waitMs + GRACE_MS);
    } finally {
      if (this.#answers.get(id) === undefined) this.#send({ type: "abandon", id });
      this.#answers.delete(id);
    }
  }

  #unanswered(what: string, waitedMs: number): RpcError {
    const subject = "the thread of the blocking client";
    const advice = "make another client";
    if (this.ended) {
      const cause = this.#fault;
      const why = cause instanceof Error ? `: ${cause.name}: ${cause.message}` : "";
      return new RpcError("unavailable", `${subject} has ended${why}; ${advice}`, { cause });
    }
    this.#silentAt = Atomics.load(this.#signal, SIGNAL.sent);
    const message = `${subject} ${what} within ${waitedMs} ms; ${advice}`;
    return new RpcError("deadline_exceeded", message);
  }

  #wait(waitMs: number, done: () => boolean): void {
    const until = performance.now() + waitMs;
    for (;;) {
      // Read before the port: a message behind this count adds one, and the wait ends at once; and
      // what it has said before its end is heard.
      const seen = Atomics.load(this.#signal, SIGNAL.sent);
      const { ended } = this;
      this.#receive();
      if (done() || ended) return;
      const leftMs = until - performance.now();
      if (leftMs <= 0) return;
      Atomics.wait(this.#signal, SIGNAL.sent, seen, leftMs);
    }
  }

  #receive(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      const message = received.message as FromThread;
      if (message.type === "ready") this.#ready = true;
      else if (message.type === "pull") this.#pulled(message);
      else if (message.type === "fault") this.#fault = reviveError(message.error);
      else if (this.#answers.has(message.id)) this.#answers.set(message.id, message.outcome);
    }
  }

  #pulled({ pull, input, end }: Extract<FromThread, { type: "pull" }>): void {
    if (end) {
      this.closeInput(input);
      return;
    }
    const give = (outcome: Pulled): void => this.#send({ type: "pulled", pull, outcome });
    let item: IteratorResult<unknown>;
    try {
      item = this.#inputs.get(input)?.next() ?? OVER;
    } catch (error) {
      // Who has thrown is over without being told.
      this.#inputs.delete(input);
      give({ type: "error", error: carryError(error) });
      return;
    }
    try {
      const { done = false, value } = item;
      give({ type: "item", done, value: done ? undefined : toPortable(value) });
      if (done) this.#inputs.delete(input);
    } catch (error) {
      // The item cannot cross: it holds a function, or a buffer that was given away.
      this.closeInput(input);
      give({ type: "error", error: carryError(error) });
    }
  }

  #send(message: ToThread): void {
    this.#port.postMessage(message);
  }
}

let current: ClientThread | undefined;

/** The thread of connections of this thread; starts it if there is none that answers. */
export function clientThread(): ClientThread {
  if (current === undefined || current.ended || current.silent) current = new ClientThread();
  return current;
}

/** Bundles of CommonJS do not know where they are. */
function programAt(module: string | undefined): URL {
  const program = module === undefined ? undefined : new URL("./worker.js", module);
  if (program !== undefined) {
    if (program.protocol !== "file:" || existsSync(fileURLToPath(program))) return program;
  }
  const place = program === undefined ? "" : ` at ${program.href}`;
  throw leftBehind(`the program of the blocking clients' thread${place}`, undefined);
}
