/**
 * One client in the thread of connections, as its blocking caller has it.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import { CodecError } from "../../codec/errors.ts";
import { RpcError } from "../../rpc/errors.ts";
import { parseEndpoint } from "../../sockets/endpoint.ts";
import { isServedHere } from "../own-listeners.ts";
import { type CarriedError, reviveError } from "./carried-error.ts";
import { type ClientThread, clientThread } from "./client-thread.ts";
import type {
  CarriedCall,
  ClientCommand,
  Outcome,
  StreamCommand,
  SyncCallOptions,
  Taken,
} from "./commands.ts";
import { toPortable } from "./portable.ts";
import { bounded, checkCallOptions, type ResolvedOptions } from "./sync-options.ts";
import { SyncRemoteStream } from "./sync-stream.ts";

/** Arguments: positional ones in an array, named ones in a plain object. */
export type SyncArguments = readonly unknown[] | Readonly<Record<string, unknown>>;

/** What is left open by who forgets to close it. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** How long commands that wait for no peer may take, in ms. */
const LOCAL_MS = 10_000;

/** Makes calls and blocks until they are over. */
export class SyncConnection {
  readonly #thread: ClientThread;
  readonly #id: number;
  readonly #options: ResolvedOptions;
  readonly #endpoints: Set<string>;
  #open = true;

  /** @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_OPTION` */
  constructor(endpoint: string | readonly string[], options: ResolvedOptions) {
    const endpoints = typeof endpoint === "object" ? [...endpoint] : [endpoint];
    for (const each of endpoints) checkEndpoint(each);
    this.#options = options;
    this.#endpoints = new Set(endpoints);
    const thread = clientThread();
    const id = thread.newId();
    this.#thread = thread;
    this.#id = id;
    const { dialect, carried } = options;
    const opened = thread.perform(
      { type: "open", client: id, endpoints, dialect, options: carried },
      LOCAL_MS,
    );
    this.#valueOf(opened);
    const close = (): void => thread.post({ type: "client", client: id, command: CLOSE });
    forgotten.register(this, close, this);
  }

  /** @throws {RpcError} as a client's promise would reject */
  call(method: string, args: SyncArguments, options: SyncCallOptions): unknown {
    const [call, timeoutMs] = this.#carry(method, args, options);
    let outcome: Outcome | undefined;
    try {
      outcome = this.#perform({ type: "call", ...call }, timeoutMs);
      return this.#resultOf(outcome, options);
    } finally {
      this.#closeInput(call, outcome);
    }
  }

  notify(method: string, args: SyncArguments, options: SyncCallOptions): void {
    const [call, timeoutMs] = this.#carry(method, args, options);
    try {
      this.#valueOf(this.#perform({ type: "notify", ...call }, timeoutMs));
    } finally {
      this.#closeInput(call);
    }
  }

  /** Makes calls that leave together, and tells of each how it ended. */
  batch(calls: readonly BatchEntry[]): readonly PromiseSettledResult<unknown>[] {
    const carried: CarriedCall[] = [];
    let outcomes: readonly Outcome[] = [];
    try {
      let waitMs = 0;
      for (const { method, args, options } of calls) {
        const [call, timeoutMs] = this.#carry(method, args, options);
        carried.push(call);
        waitMs = Math.max(waitMs, timeoutMs);
      }
      const answer = this.#perform({ type: "batch", calls: carried }, waitMs);
      outcomes = this.#valueOf(answer) as readonly Outcome[];
    } finally {
      for (const [index, call] of carried.entries()) this.#closeInput(call, outcomes[index]);
    }
    return outcomes.map((outcome, index): PromiseSettledResult<unknown> =>
      outcome.type === "error"
        ? { status: "rejected", reason: this.revive(outcome.error) }
        : { status: "fulfilled", value: this.#resultOf(outcome, calls[index]?.options ?? {}) },
    );
  }

  /** Any command that only waits for an answer of the peer. */
  ask(command: Extract<ClientCommand, { readonly type: "inspect" | "count" }>): unknown {
    const options = command.type === "inspect" ? command.options : {};
    checkCallOptions(options);
    return this.#valueOf(this.#perform(command, this.#timeoutOf(options)));
  }

  /** Binds, connects, or takes back either. */
  link(type: "bind" | "connect" | "unbind" | "disconnect", endpoint: string): unknown {
    checkEndpoint(endpoint);
    this.#checkOpen();
    const result = this.#valueOf(
      this.#thread.perform(
        { type: "client", client: this.#id, command: { type, endpoint } },
        LOCAL_MS,
      ),
    );
    if (type === "connect") this.#endpoints.add(endpoint);
    else if (type === "disconnect") this.#endpoints.delete(endpoint);
    return result;
  }

  /** Takes a step of a stream. A stream whose client is closed is over. */
  step(stream: number, command: StreamCommand): Taken {
    this.#checkOpen();
    const waitMs = "waitMs" in command ? command.waitMs : LOCAL_MS;
    const sent = "value" in command ? { ...command, value: crossing(command.value) } : command;
    const outcome = this.#thread.perform({ type: "stream", stream, command: sent }, waitMs);
    return this.#valueOf(outcome) as Taken;
  }

  /** Ends a stream without waiting. */
  forget(stream: number): void {
    if (!this.#open) return;
    this.#thread.post({ type: "stream", stream, command: { type: "return", value: undefined } });
  }

  /** @throws the error of an outcome that is one */
  #valueOf(outcome: Outcome): unknown {
    if (outcome.type === "error") throw this.revive(outcome.error);
    return outcome.type === "value" ? outcome.value : undefined;
  }

  /** Makes an error of the other thread again, as its class where the options name one. */
  revive(carried: CarriedError): unknown {
    const error = reviveError(carried);
    if (!(error instanceof RpcError) || error.origin !== "peer") return error;
    const { errors } = this.#options;
    const { wireCode, message, details } = error;
    if (wireCode === undefined || !Object.hasOwn(errors, wireCode)) return error;
    const Class = errors[wireCode];
    return Class === undefined ? error : new Class(message, details);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    forgotten.unregister(this);
    const command = { type: "client", client: this.#id, command: CLOSE } as const;
    if (this.#thread.ended || this.#thread.silent) this.#thread.post(command);
    else this.#valueOf(this.#thread.perform(command, LOCAL_MS));
  }

  #perform(command: ClientCommand, waitMs: number): Outcome {
    this.#checkOpen();
    for (const endpoint of this.#endpoints) {
      if (isServedHere(endpoint)) throw servedHere(endpoint);
    }
    return this.#thread.perform({ type: "client", client: this.#id, command }, waitMs);
  }

  #carry(
    method: string,
    args: SyncArguments,
    options: SyncCallOptions,
  ): [call: CarriedCall, timeoutMs: number] {
    checkCallOptions(options);
    const timeoutMs = this.#timeoutOf(options);
    // Each step of a stream is bounded by who waits for it, see `HostedStream`.
    const { idleTimeoutMs: _, ...others } = options;
    const index = Array.isArray(args) ? args.findIndex(isIterator) : -1;
    const carried = { method, options: crossing(others) };
    if (index < 0 || !Array.isArray(args)) return [{ ...carried, args: crossing(args) }, timeoutMs];
    const positional: readonly unknown[] = args;
    const iterator = positional[index] as Iterator<unknown>;
    const plain = crossing(positional.with(index, null));
    const input = { index, input: this.#thread.openInput(iterator) };
    return [{ ...carried, args: plain, input }, timeoutMs];
  }

  #timeoutOf(options: SyncCallOptions): number {
    bounded("idleTimeoutMs", options.idleTimeoutMs, 0);
    return bounded("timeoutMs", options.timeoutMs, this.#options.timeoutMs);
  }

  #resultOf(outcome: Outcome, options: SyncCallOptions): unknown {
    return outcome.type === "stream"
      ? this.#openStream(outcome.stream, options)
      : this.#valueOf(outcome);
  }

  /** Ends the iterator among the arguments of a call that is over; a stream reads on from it. */
  #closeInput({ input }: CarriedCall, outcome?: Outcome): void {
    if (input !== undefined && outcome?.type !== "stream") this.#thread.closeInput(input.input);
  }

  #openStream(stream: number, options: SyncCallOptions): SyncRemoteStream {
    const idleMs = options.idleTimeoutMs ?? this.#options.idleTimeoutMs;
    const opened = new SyncRemoteStream(this, stream, idleMs);
    forgotten.register(opened, () => this.forget(stream));
    return opened;
  }

  #checkOpen(): void {
    if (!this.#open) throw new UsageError("USAGE_CLOSED", "the client is closed");
    if (!this.#thread.ended) return;
    throw new UsageError("USAGE_CLOSED", "the thread of the client has ended; make another client");
  }
}

/** A call of a batch. */
export interface BatchEntry {
  readonly method: string;
  readonly args: SyncArguments;
  readonly options: SyncCallOptions;
}

const CLOSE: ClientCommand = { type: "close" };

function crossing<Value>(value: Value): Value {
  try {
    return toPortable(value) as Value;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new UsageError("USAGE_ARGUMENTS", error.message, { cause: error });
  }
}

/** Iterators are streams, as in any call; arrays, maps, sets and text are values. */
function isIterator(value: unknown): value is Iterator<unknown> {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return false;
  return "next" in value && typeof value.next === "function";
}

/** What is wrong with it is found here, where the caller's line is. */
function checkEndpoint(endpoint: string): void {
  if (parseEndpoint(endpoint).scheme !== "inproc") return;
  throw new UsageError(
    "USAGE_ENDPOINT",
    `${endpoint} is inside of one thread, and blocking calls are made by another; use Client`,
  );
}

function servedHere(endpoint: string): UsageError {
  return new UsageError(
    "USAGE_STATE",
    `the server at ${endpoint} is in this thread, which cannot answer while it waits; use Client, or` +
      " call from another thread",
  );
}
