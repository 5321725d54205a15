/**
 * The blocking client.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import { makeRemote } from "../../rpc/remote.ts";
import type { ServiceDescription } from "../client.ts";
import type { SyncCallOptions } from "./commands.ts";
import type {
  BatchedCall,
  BatchedRemote,
  SyncBatchResults,
  SyncRemote,
  UntypedSyncRemote,
} from "./sync-client-of.ts";
import { type BatchEntry, type SyncArguments, SyncConnection } from "./sync-connection.ts";
import { resolveOptions, type SyncClientOptions } from "./sync-options.ts";

type MethodName<Service> = string & keyof SyncRemote<Service>;
type ArgumentsOf<Method> = Method extends (...args: infer Args) => unknown ? Args : never;
type ResultOf<Method> = Method extends (...args: never[]) => infer Result ? Result : never;

/** What a blocking client has beside the methods of its service. Everything blocks until it is done. */
export interface SyncClientMembers<Service> {
  /** All methods, also those whose names a client has itself: `client.remote.close()`. */
  readonly remote: SyncRemote<Service>;
  /** How many calls are open: streams that were not read to their end. */
  readonly openCalls: number;
  /** How many peers are there. */
  readonly peerCount: number;

  /**
   * Calls a method by name. Arguments in an array go by position, those in an object by name.
   *
   * ```ts
   * client.call("add42", [1], { timeoutMs: 500 });
   * client.call("concat", { a: "x", b: "y" });
   * ```
   *
   * @throws {RpcError} how the call ended; see the class
   * @throws {UsageError} `USAGE_STATE` when the server is in this very thread, `USAGE_CLOSED`,
   *   `USAGE_ARGUMENTS`, `USAGE_OPTION`
   */
  call<Name extends MethodName<Service>>(
    method: Name,
    args?: ArgumentsOf<SyncRemote<Service>[Name]> | Readonly<Record<string, unknown>>,
    options?: SyncCallOptions,
  ): ResultOf<SyncRemote<Service>[Name]>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as of UntypedSyncMethod
  call(method: string, args?: SyncArguments, options?: SyncCallOptions): any;

  /** Calls a method that nobody answers. Returns when a peer has been given the request. */
  notify(method: string, args?: SyncArguments, options?: SyncCallOptions): void;

  /** All methods, with options for the calls made through them: `client.with({ timeoutMs: 500 })`. */
  with(options: SyncCallOptions): SyncRemote<Service>;

  /**
   * Makes several calls at once, in one message where the protocol has such a message. A failure
   * takes its place among the results and stops no other.
   *
   * ```ts
   * const [sum, cool] = client.batch((remote) => [remote.add(1, 2), remote.addMan("hi")]);
   * ```
   */
  batch<const Calls extends readonly BatchedCall<unknown>[]>(
    make: (remote: BatchedRemote<Service>) => Calls,
  ): SyncBatchResults<Calls>;

  /** Asks the peer what it offers. */
  inspect(options?: SyncCallOptions): ServiceDescription;

  /** Starts connecting to one more server. @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED` */
  connect(endpoint: string): void;
  /** Waits at an endpoint for workers; gives the real one. @throws {TransportError} */
  bind(endpoint: string): string;
  unbind(endpoint: string): void;
  disconnect(endpoint: string): void;

  /** Cancels what is open and closes. Calling it again does nothing; a process ends without it too. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * A blocking client: the methods of its service under their own names, and
 * {@link SyncClientMembers}. Where the two collide the client's own comes first; `remote` has all of
 * the service's.
 */
export type SyncClient<Service = unknown> = SyncClientMembers<Service> &
  (unknown extends Service
    ? UntypedSyncRemote
    : Omit<SyncRemote<Service>, keyof SyncClientMembers<Service>>);

/** How blocking clients are made. */
export interface SyncClientConstructor {
  /**
   * @param endpoint - one server, several, or none yet
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_OPTION`
   */
  new <Service = unknown>(
    endpoint?: string | readonly string[],
    options?: SyncClientOptions,
  ): SyncClient<Service>;
}

/**
 * Calls the methods of a service and blocks until they have answered: for scripts, configuration
 * files and the REPL, never for what serves others.
 *
 * ```ts
 * using client = new SyncClient<Cooler>("tcp://127.0.0.1:1234");
 * client.add42(1);
 * for (const n of client.countdown(3)) console.log(n);
 * ```
 */
export const SyncClient: SyncClientConstructor = class {
  constructor(endpoint: string | readonly string[] = [], options: SyncClientOptions = {}) {
    const connection = new SyncConnection(endpoint, resolveOptions(options));
    // oxlint-disable-next-line no-constructor-return -- a client is a proxy over its members
    return makeRemote(
      (name, args) => connection.call(name, args, {}),
      makeMembers(connection),
      new.target.prototype,
    );
  }
} as unknown as SyncClientConstructor;

function makeMembers(connection: SyncConnection): SyncClientMembers<unknown> {
  const count = (): { readonly openCalls: number; readonly peerCount: number } =>
    connection.ask({ type: "count" }) as { openCalls: number; peerCount: number };
  return {
    remote: remoteOf(connection, {}),
    get openCalls() {
      return count().openCalls;
    },
    get peerCount() {
      return count().peerCount;
    },
    call: (method: string, args: SyncArguments = [], options: SyncCallOptions = {}) =>
      connection.call(method, args, options),
    notify: (method, args = [], options = {}) => connection.notify(method, args, options),
    with: (options) => remoteOf(connection, options),
    batch: (make) => performBatch(make, connection),
    inspect: (options = {}) => connection.ask({ type: "inspect", options }) as ServiceDescription,
    connect: (endpoint) => void connection.link("connect", endpoint),
    bind: (endpoint) => connection.link("bind", endpoint) as string,
    unbind: (endpoint) => void connection.link("unbind", endpoint),
    disconnect: (endpoint) => void connection.link("disconnect", endpoint),
    close: () => connection.close(),
    [Symbol.dispose]: () => connection.close(),
  };
}

function remoteOf(connection: SyncConnection, options: SyncCallOptions): UntypedSyncRemote {
  return makeRemote((name, args) => connection.call(name, args, options)) as UntypedSyncRemote;
}

function performBatch<const Calls extends readonly BatchedCall<unknown>[]>(
  make: (remote: BatchedRemote<unknown>) => Calls,
  connection: SyncConnection,
): SyncBatchResults<Calls> {
  const entries = new Map<unknown, BatchEntry>();
  const collect = (method: string, args: readonly unknown[]): object => {
    const call = Object.freeze({});
    entries.set(call, { method, args, options: {} });
    return call;
  };
  const calls: unknown = make(makeRemote(collect) as BatchedRemote<unknown>);
  if (!Array.isArray(calls) || !calls.every((call) => entries.has(call))) {
    throw new UsageError(
      "USAGE_ARGUMENTS",
      "expected the function given to batch() to return an array of the calls that it made",
    );
  }
  const listed = calls.map((call) => entries.get(call)).filter((entry) => entry !== undefined);
  return connection.batch(listed) as SyncBatchResults<Calls>;
}
