/**
 * What a blocking client and the thread of its connections say to each other.
 *
 *     caller's thread                         thread of connections
 *        command  { id, … }   ------------>   performs it
 *        answer   { id, … }   <------------   adds one to the signal, which wakes the caller
 *        pull     { input }   <------------   wants an item of an iterator among the arguments
 *        pulled   { pull, … } ------------>
 *        fault    { error }   <------------   nobody there has caught it, and the thread ends
 *
 * Everything here has to survive the structured clone algorithm.
 *
 * @module
 */

import type { CallOptions } from "../../rpc/caller.ts";
import type { ClientOptions } from "../client.ts";
import type { DialectSpec } from "../dialect-by-name.ts";
import type { CarriedError } from "./carried-error.ts";

/** Where the numbers are that both threads see. */
export const SIGNAL = {
  /** How many messages were sent to the caller's thread, and one more at the end. */
  sent: 0,
  /** 1 when the thread of connections has ended: who blocks hears of no event. */
  ended: 1,
} as const;

/** Options of one blocking call. What is a function or a signal cannot cross a thread. */
export type SyncCallOptions = Omit<CallOptions, "signal" | "parent">;

/** The options of a client that are data. */
export type CarriedOptions = Omit<
  ClientOptions,
  "dialect" | "interceptors" | "logger" | "onNotification" | "resolveEndpoint" | "transport"
>;

/** An iterator among the arguments. */
export interface CarriedInput {
  readonly index: number;
  readonly input: number;
}

/** A call by name. */
export interface CarriedCall {
  readonly method: string;
  readonly args: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly options: SyncCallOptions;
  readonly input?: CarriedInput;
}

/** What the thread is asked to do with a client that is open. */
export type ClientCommand =
  | ({ readonly type: "call" | "notify" } & CarriedCall)
  | { readonly type: "batch"; readonly calls: readonly CarriedCall[] }
  | { readonly type: "inspect"; readonly options: SyncCallOptions }
  | { readonly type: "bind" | "connect" | "unbind" | "disconnect"; readonly endpoint: string }
  | { readonly type: "count" }
  | { readonly type: "close" };

/** What the thread is asked to do with a stream that is open. */
export type StreamCommand =
  | { readonly type: "next"; readonly value: unknown; readonly waitMs: number }
  /** Lets the peer run ahead, and takes what has come. */
  | { readonly type: "take"; readonly waitMs: number }
  | { readonly type: "throw"; readonly error: CarriedError; readonly waitMs: number }
  | { readonly type: "return"; readonly value: unknown };

/** What the thread is asked to do. */
export type Command =
  | {
      readonly type: "open";
      readonly client: number;
      readonly endpoints: readonly string[];
      readonly dialect: DialectSpec;
      readonly options: CarriedOptions;
    }
  | { readonly type: "client"; readonly client: number; readonly command: ClientCommand }
  | { readonly type: "stream"; readonly stream: number; readonly command: StreamCommand };

/** What comes from the caller's thread. */
export type ToThread =
  | { readonly type: "command"; readonly id: number; readonly command: Command }
  /** Nobody waits for the command any more. */
  | { readonly type: "abandon"; readonly id: number }
  | { readonly type: "pulled"; readonly pull: number; readonly outcome: Pulled };

/** What the caller's iterator gave. */
export type Pulled =
  | { readonly type: "item"; readonly done: boolean; readonly value: unknown }
  | { readonly type: "error"; readonly error: CarriedError };

/** What a call, or a step of a stream, has come to. */
export type Outcome =
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "stream"; readonly stream: number }
  | { readonly type: "error"; readonly error: CarriedError };

/** What a step of a stream gives: items, and perhaps how it ended behind them. */
export interface Taken {
  readonly items: readonly unknown[];
  readonly end?: Exclude<Outcome, { readonly type: "stream" }>;
}

/** What comes from the thread of connections. */
export type FromThread =
  | { readonly type: "ready" }
  | { readonly type: "answer"; readonly id: number; readonly outcome: Outcome }
  | { readonly type: "pull"; readonly pull: number; readonly input: number; readonly end: boolean }
  /** What nobody has caught there. */
  | { readonly type: "fault"; readonly error: CarriedError };
