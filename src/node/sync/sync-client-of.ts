/**
 * From the type of a service to the type of its blocking client.
 *
 * | a service's member | its blocking client's |
 * |---|---|
 * | `(a: A) => R`, `(a: A) => Promise<R>` | `(a: A) => R` |
 * | a generator function, sync or async | `(…) => SyncStream<Item, Return, Next>` |
 * | a function that returns an async iterable | `(…) => SyncStream<Item, unknown, undefined>` |
 * | a parameter that is an async iterable | an iterator, such as a generator |
 * | a function made by `withContext` | the same without its first parameter |
 * | an object of the above | a namespace of the above |
 *
 * @module
 */

import type { RemoteName } from "../../rpc/client-of.ts";
import type { ContextHandler } from "../../rpc/context.ts";

/**
 * The stream that a remote method answers with. `for` lets the peer run ahead within a window;
 * leaving the loop ends the peer's generator. `next(value)`, `throw` and `return` go step by step.
 */
export interface SyncStream<Item, Return = unknown, Next = unknown>
  extends Generator<Item, Return, Next>, Disposable {
  [Symbol.iterator](): SyncStream<Item, Return, Next>;
}

/** What a call of a method with this result gives. The tuples keep unions whole. */
export type SyncResult<Result> = [Awaited<Result>] extends [never]
  ? never
  : [Awaited<Result>] extends [
        | AsyncGenerator<infer Item, infer Return, infer Next>
        | Generator<infer Item, infer Return, infer Next>,
      ]
    ? SyncStream<Item, Return, Next>
    : [Awaited<Result>] extends [AsyncIterable<infer Item>]
      ? SyncStream<Item, unknown, undefined>
      : Awaited<Result>;

type SyncArguments<Args extends readonly unknown[]> = {
  [Index in keyof Args]: Args[Index] extends AsyncIterable<infer Item>
    ? Iterator<Item> & Iterable<Item>
    : Args[Index];
};

/** What a method is at the blocking client. */
export type SyncMethod<Method> =
  Method extends ContextHandler<infer Args, infer Result>
    ? (...args: SyncArguments<Args>) => SyncResult<Result>
    : Method extends (...args: infer Args) => infer Result
      ? (...args: SyncArguments<Args>) => SyncResult<Result>
      : never;

type AnyFunction = (...args: never[]) => unknown;

/** The typed blocking client of a service. */
export type SyncClientOf<Service> = {
  readonly [Key in keyof Service as RemoteName<Key, Service[Key]>]: Service[Key] extends AnyFunction
    ? SyncMethod<Service[Key]>
    : SyncClientOf<Service[Key]>;
};

/** The blocking client of a service whose type is not known. */
export interface UntypedSyncRemote {
  readonly [name: string]: UntypedSyncMethod;
}

/** A method, or a namespace, that nothing is known of. */
export interface UntypedSyncMethod extends UntypedSyncRemote {
  // `any` is what the caller of an untyped service asks for: no type is known to be wrong.
  // oxlint-disable-next-line typescript/no-explicit-any
  (...args: unknown[]): any;
}

/** What a blocking client of `Service` offers under its own names. */
export type SyncRemote<Service> = unknown extends Service
  ? UntypedSyncRemote
  : SyncClientOf<Service>;

declare const RESULT: unique symbol;

/** A call that a batch has taken; what it comes to is told when the batch is over. */
export interface BatchedCall<Result> {
  readonly [RESULT]: Result;
}

/** The names of a service inside of a batch. */
export type BatchedRemote<Service> = unknown extends Service
  ? { readonly [name: string]: UntypedBatched }
  : BatchedOf<SyncClientOf<Service>>;

type BatchedOf<R> = {
  readonly [Name in keyof R]: R[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => BatchedCall<Result>
    : BatchedOf<R[Name]>;
};

/** A method, or a namespace, of a service whose type is not known, inside of a batch. */
export interface UntypedBatched {
  // oxlint-disable-next-line typescript/no-explicit-any -- as of UntypedSyncMethod
  (...args: unknown[]): BatchedCall<any>;
  readonly [name: string]: UntypedBatched;
}

/** What a batch gives: for each call in its place how it ended. */
export type SyncBatchResults<Calls extends readonly BatchedCall<unknown>[]> = {
  -readonly [Index in keyof Calls]: PromiseSettledResult<
    Calls[Index] extends BatchedCall<infer Result> ? Result : unknown
  >;
};
