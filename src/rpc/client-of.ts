/**
 * From the type of a service to the type of its client, with no code generation.
 *
 * | a service's member | its client's |
 * |---|---|
 * | `(a: A) => R`, `(a: A) => Promise<R>` | `(a: A) => Promise<R>` |
 * | a generator function, sync or async | `(…) => RemoteGenerator<Item, Return, Next>` |
 * | a function that returns an async iterable | `(…) => RemoteGenerator<Item, unknown, undefined>` |
 * | a function made by `withContext` | the same without its first parameter |
 * | an object of the above | a namespace of the above |
 * | anything else, and names with a leading underscore | nothing |
 *
 * @module
 */

import type { ContextHandler } from "./context.ts";

/** A remote method whose answer is a stream. It can be awaited too, which gives the stream. */
export interface RemoteGenerator<Item, Return = unknown, Next = unknown>
  extends AsyncGenerator<Item, Return, Next>, PromiseLike<AsyncGenerator<Item, Return, Next>> {}

/**
 * What a call of a method with this result gives at the client.
 *
 * The tuples keep unions whole: a method that returns `boolean` gives one promise, not a union of
 * two, whose `then` nobody could call.
 */
export type RemoteResult<Result> = [Awaited<Result>] extends [never]
  ? Promise<never>
  : [Awaited<Result>] extends [
        | AsyncGenerator<infer Item, infer Return, infer Next>
        | Generator<infer Item, infer Return, infer Next>,
      ]
    ? RemoteGenerator<Item, Return, Next>
    : [Awaited<Result>] extends [AsyncIterable<infer Item>]
      ? RemoteGenerator<Item, unknown, undefined>
      : Promise<Awaited<Result>>;

type AnyFunction = (...args: never[]) => unknown;

/** What a method is at the client. */
export type RemoteMethod<Method> =
  Method extends ContextHandler<infer Args, infer Result>
    ? (...args: Args) => RemoteResult<Result>
    : Method extends (...args: infer Args) => infer Result
      ? (...args: Args) => RemoteResult<Result>
      : never;

/** The key when what it names is a method or a namespace; nothing otherwise. */
export type RemoteName<Key, Member> = Key extends `_${string}`
  ? never
  : Key extends string
    ? Member extends AnyFunction
      ? Key
      : Member extends readonly unknown[]
        ? never
        : Member extends object
          ? Key
          : never
    : never;

/** The typed client of a service. */
export type ClientOf<Service> = {
  readonly [Key in keyof Service as RemoteName<Key, Service[Key]>]: Service[Key] extends AnyFunction
    ? RemoteMethod<Service[Key]>
    : ClientOf<Service[Key]>;
};

/** The client of a service whose type is not known: every name is a method and a namespace. */
export interface UntypedRemote {
  readonly [name: string]: UntypedMethod;
}

/** A method, or a namespace, that nothing is known of. */
export interface UntypedMethod extends UntypedRemote {
  // `any` is what the caller of an untyped service asks for: no type is known to be wrong.
  // oxlint-disable-next-line typescript/no-explicit-any
  (...args: unknown[]): Promise<any> & AsyncGenerator<any, any, unknown>;
}

/** What a client of `Service` offers under its own names; {@link UntypedRemote} without a type. */
export type Remote<Service> = unknown extends Service ? UntypedRemote : ClientOf<Service>;
