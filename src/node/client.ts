/**
 * The client on Node.
 *
 * @module
 */

import { inspect, type InspectOptions } from "node:util";
import { UsageError } from "../base/errors.ts";
import type { Call } from "../rpc/call.ts";
import { Batch } from "../rpc/batch.ts";
import {
  type CallArguments,
  Caller,
  type CallerSettings,
  type CallOptions,
  callDuration,
} from "../rpc/caller.ts";
import { ClientCore, type PeerLoad } from "../rpc/client.ts";
import type { Remote, UntypedRemote } from "../rpc/client-of.ts";
import type { AskPeer, Dialect, InspectedService } from "../rpc/dialect.ts";
import { RpcError } from "../rpc/errors.ts";
import { checkOptions, choice, count, duration, interval, RPC_DEFAULTS } from "../rpc/limits.ts";
import type { Notification, Notifications } from "../rpc/notifications.ts";
import type { Headers } from "../rpc/packet.ts";
import { makeRemote } from "../rpc/remote.ts";
import { zerorpc } from "../dialects/zerorpc/dialect.ts";
import { nodeClock } from "./clock.ts";
import {
  checkDialect,
  limitedDialect,
  PEER_OPTIONS,
  type PeerOptions,
  peerParts,
} from "./rpc-options.ts";
import { shownAs } from "./shown.ts";

/** Options of {@link Client}. */
export interface ClientOptions extends PeerOptions {
  /**
   * How long a call waits for its answer, in ms; 0 or `Infinity` waits for ever.
   *
   * @default that of the dialect; 30_000 for zerorpc
   */
  readonly timeoutMs?: number;
  /** How long a stream waits for each further item, in ms. @default 0, for ever */
  readonly idleTimeoutMs?: number;
  /** How long a stream may take as a whole, in ms. @default 0, for ever */
  readonly totalTimeoutMs?: number;
  /** Sends heartbeats only to peers that have sent some. @default false */
  readonly passiveHeartbeat?: boolean;
  /** How many calls may wait while no peer is there; more fail at once. @default 10_000 */
  readonly maxQueuedCalls?: number;
  /**
   * How many calls a zerorpc server may have open that is not known to be one of ours, which is seen
   * from its first answer; further ones wait here. An original one loses answers when it has to send
   * more than 1000 messages at once.
   *
   * @default 500
   */
  readonly maxCallsPerOldPeer?: number;
  /**
   * After how long without an answer a call is sent again, in ms, where a repeated request runs once
   * by its id, as in zrpc; 0 sends again only when the connection was lost.
   *
   * @default 3000
   */
  readonly retryTimeoutMs?: number;
  /** Sent with every call. @default none */
  readonly headers?: Headers;
  /** The tongue it speaks. @default zerorpc() */
  readonly dialect?: Dialect;
  /** Hears whatever servers say beside all answers; `client.notifications` has more ways to. */
  readonly onNotification?: (notification: Notification) => void;
  /**
   * The ZeroMQ socket type that it is to its peers. `"PUSH"` is for `notify()` alone, towards PULL
   * servers, and for dialects that have such a thing, as jsonrpc does.
   *
   * @default "DEALER"
   */
  readonly socketType?: "DEALER" | "PUSH";
}

const CLIENT_OPTIONS: Readonly<Record<keyof ClientOptions, true>> = {
  ...PEER_OPTIONS,
  timeoutMs: true,
  idleTimeoutMs: true,
  totalTimeoutMs: true,
  passiveHeartbeat: true,
  maxQueuedCalls: true,
  maxCallsPerOldPeer: true,
  retryTimeoutMs: true,
  headers: true,
  dialect: true,
  onNotification: true,
  socketType: true,
};

/** A service as its peer describes it. */
export type ServiceDescription = InspectedService;

/** The names of a service's methods that need no dots. */
type MethodName<Service> = string & keyof Remote<Service>;

type ArgumentsOf<Method> = Method extends (...args: infer Args) => unknown ? Args : never;
type ResultOf<Method> = Method extends (...args: never[]) => infer Result ? Result : never;

/** What a batch gives: for each call in its place how it ended. */
export type BatchResults<Calls extends readonly unknown[]> = {
  -readonly [Index in keyof Calls]: PromiseSettledResult<Awaited<Calls[Index]>>;
};

/** How a batch takes calls by name. */
export type BatchMembers<Service> = Pick<ClientMembers<Service>, "call" | "notify">;

/** What a client has beside the methods of its service. */
export interface ClientMembers<Service> {
  /** All methods, also those whose names a client has itself: `client.remote.close()`. */
  readonly remote: Remote<Service>;
  /** The real endpoints that are bound. */
  readonly endpoints: readonly string[];
  /** How many calls are open or wait for a peer. */
  readonly openCalls: number;
  /** How many peers are there. */
  readonly peerCount: number;
  /** The peers that are there, each with the calls that wait for it. */
  readonly peers: readonly PeerLoad[];
  /**
   * What servers say beside all answers: handlers by name, waiting for one, and a stream of all.
   *
   * ```ts
   * client.notifications.on("price", (symbol: string, price: number) => show(symbol, price));
   * await client.notifications.wait("ready", { timeoutMs: 5000 });
   * for await (const { method, args } of client.notifications) console.log(method, args);
   * ```
   */
  readonly notifications: Notifications;

  /**
   * Calls a method by name. Arguments in an array go by position, those in an object by name.
   *
   * ```ts
   * await client.call("add42", [1], { timeoutMs: 500 });
   * await client.call("concat", { a: "x", b: "y" });
   * ```
   */
  call<Name extends MethodName<Service>>(
    method: Name,
    args?: ArgumentsOf<Remote<Service>[Name]> | Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): ResultOf<Remote<Service>[Name]>;
  call(method: string, args?: CallArguments, options?: CallOptions): Call;

  /**
   * Calls a method that nobody waits for. Resolves when a peer has been given the request; the
   * handler's outcome is not told.
   */
  notify(method: string, args?: CallArguments, options?: CallOptions): Promise<void>;

  /** All methods, with options for the calls made through them: `client.with({ signal }).add(1)`. */
  with(options: CallOptions): Remote<Service>;

  /**
   * Makes several calls at once, which leave together, for one peer and in one message where its
   * protocol has such a message, and waits for all of them. A failure takes its place among the
   * results and stops no other.
   *
   * ```ts
   * const [sum, cool] = await client.batch((remote) => [remote.add(1, 2), remote.addMan("hi")]);
   * ```
   *
   * @param make - makes the calls through `remote`, or through `batch`, which has `call` and
   *   `notify`, before its first `await`
   */
  batch<const Calls extends readonly unknown[]>(
    make: (remote: Remote<Service>, batch: BatchMembers<Service>) => Calls,
  ): Promise<BatchResults<Calls>>;

  /** Asks the peer what it offers. */
  inspect(options?: CallOptions): Promise<ServiceDescription>;

  /**
   * Starts connecting to a server, and connects again whenever the connection is lost. With several
   * endpoints each call goes to the live server with the fewest open calls.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  connect(endpoint: string): void;

  /**
   * Waits at an endpoint for workers: servers that connect. Resolves with the real endpoint, rejects
   * with `TransportError`.
   */
  bind(endpoint: string): Promise<string>;
  unbind(endpoint: string): Promise<void>;
  disconnect(endpoint: string): void;

  /**
   * Takes no new calls, waits until the open ones are over, and closes.
   *
   * @param timeoutMs - what is still open after it is cancelled; `Infinity` waits as long as it
   *   takes. @default 10_000
   */
  drain(timeoutMs?: number): Promise<void>;

  /** Cancels what is open and closes. Calling it again does nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A client: the methods of its service under their own names, and {@link ClientMembers}. Where the
 * two collide the client's own comes first; `remote` has all of the service's.
 */
export type Client<Service = unknown> = ClientMembers<Service> &
  (unknown extends Service ? UntypedRemote : Omit<Remote<Service>, keyof ClientMembers<Service>>);

/** How clients are made. */
export interface ClientConstructor {
  /**
   * @param endpoint - one server, several, or none yet
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_OPTION`
   */
  new <Service = unknown>(
    endpoint?: string | readonly string[],
    options?: ClientOptions,
  ): Client<Service>;
}

/**
 * Calls the methods of a service, typed from the service alone.
 *
 * ```ts
 * await using cooler = new Client<Cooler>("tcp://127.0.0.1:1234");
 * await cooler.add42(1);
 * for await (const n of cooler.countdown(3)) console.log(n);
 * ```
 */
export const Client: ClientConstructor = class {
  constructor(endpoint: string | readonly string[] = [], options: ClientOptions = {}) {
    checkOptions("client option", options, CLIENT_OPTIONS);
    const dialect = limitedDialect(checkDialect(options.dialect ?? zerorpc()), options);
    const core = new ClientCore({
      ...peerParts("client", options, {
        client: choice("socketType", options.socketType, ["DEALER", "PUSH"]),
      }),
      clock: nodeClock,
      dialect,
      heartbeatMs: interval("heartbeatMs", options.heartbeatMs, RPC_DEFAULTS.heartbeatMs),
      passiveHeartbeat: options.passiveHeartbeat ?? false,
      maxQueuedCalls: count(
        "maxQueuedCalls",
        options.maxQueuedCalls,
        RPC_DEFAULTS.maxQueuedCalls,
        0,
      ),
      ...(options.maxCallsPerOldPeer !== undefined && {
        maxCallsPerOldPeer: count("maxCallsPerOldPeer", options.maxCallsPerOldPeer, 1, 1),
      }),
      retryTimeoutMs: interval(
        "retryTimeoutMs",
        options.retryTimeoutMs,
        RPC_DEFAULTS.retryTimeoutMs,
      ),
    });
    const settings: CallerSettings = {
      timeoutMs: callDuration(
        "timeoutMs",
        options.timeoutMs,
        dialect.timeoutMs ?? RPC_DEFAULTS.timeoutMs,
      ),
      idleTimeoutMs: callDuration("idleTimeoutMs", options.idleTimeoutMs, Infinity),
      totalTimeoutMs: callDuration("totalTimeoutMs", options.totalTimeoutMs, Infinity),
      headers: options.headers,
      interceptors: options.interceptors ?? [],
    };
    const caller = new Caller(core, settings);
    if (options.onNotification !== undefined) core.notifications.listen(options.onNotification);
    connectAll(core, endpoint);
    const call = (name: string, args: readonly unknown[]): Call => caller.call(name, args);
    // oxlint-disable-next-line no-constructor-return -- a client is a proxy over its members
    return makeRemote(call, makeMembers(core, caller, settings, dialect), new.target.prototype);
  }
} as unknown as ClientConstructor;

/** Connects to all or to none: a client that was never made cannot be closed. */
function connectAll(core: ClientCore, endpoint: string | readonly string[]): void {
  try {
    // What is neither is for `connect` to refuse.
    for (const one of isList(endpoint) ? endpoint : [endpoint]) core.connect(one);
  } catch (error) {
    void core.close();
    throw error;
  }
}

function isList(endpoint: string | readonly string[]): endpoint is readonly string[] {
  return Array.isArray(endpoint);
}

function makeMembers(
  core: ClientCore,
  caller: Caller,
  settings: CallerSettings,
  dialect: Dialect,
): ClientMembers<unknown> {
  const remote = makeRemote((name, args) => caller.call(name, args)) as UntypedRemote;
  return {
    remote,
    get endpoints() {
      return core.endpoints;
    },
    get openCalls() {
      return core.openCalls;
    },
    get peerCount() {
      return core.peerCount;
    },
    get peers() {
      return core.peers;
    },
    notifications: core.notifications,
    ...callsByName(caller),
    with: (options) =>
      makeRemote((name, args) => caller.call(name, args, options)) as UntypedRemote,
    batch: (make) => performBatch(make, core, settings),
    inspect: (options) =>
      inspectPeer(dialect, (method, args) => caller.call(method, args, options)),
    connect: (endpoint) => core.connect(endpoint),
    bind: (endpoint) => core.bind(endpoint),
    unbind: (endpoint) => core.unbind(endpoint),
    disconnect: (endpoint) => core.disconnect(endpoint),
    drain: (timeoutMs = 10_000) => core.drain(duration("timeoutMs", timeoutMs)),
    close: () => core.close(),
    [Symbol.asyncDispose]: () => core.close(),
    [inspect.custom]: (depth: number, options: InspectOptions) => {
      const { connected, endpoints, openCalls, peers } = core;
      return shownAs("Client", { connected, endpoints, peers, openCalls }, depth, options);
    },
  } as ClientMembers<unknown>;
}

/** Asks what a peer offers; one that answers, but cannot tell, may know older words. */
async function inspectPeer(dialect: Dialect, ask: AskPeer): Promise<ServiceDescription> {
  const { introspection, name } = dialect;
  if (introspection === undefined) {
    const message = `the protocol ${name} has no way to ask what a service offers`;
    throw new RpcError("unimplemented", message, { mayHaveRun: false });
  }
  try {
    return introspection.read(await ask(introspection.method, []));
  } catch (error) {
    const { otherwise } = introspection;
    if (otherwise === undefined || !(error instanceof RpcError) || error.origin !== "peer") {
      throw error;
    }
    // Of two failures the first one is to tell.
    return otherwise(ask).catch(() => {
      throw error;
    });
  }
}

function callsByName(caller: Caller): BatchMembers<unknown> {
  return {
    call: ((method: string, args: CallArguments = [], options?: CallOptions) =>
      caller.call(method, args, options)) as ClientMembers<unknown>["call"],
    notify: (method, args = [], options) => caller.notify(method, args, options),
  };
}

async function performBatch<const Calls extends readonly unknown[]>(
  make: (remote: UntypedRemote, batch: BatchMembers<unknown>) => Calls,
  core: ClientCore,
  settings: CallerSettings,
): Promise<BatchResults<Calls>> {
  const batch = new Batch(core);
  const caller = new Caller(batch, settings);
  const remote = makeRemote((name, args) => caller.call(name, args)) as UntypedRemote;
  let calls: Calls;
  try {
    calls = make(remote, callsByName(caller));
  } finally {
    batch.send();
  }
  if (!Array.isArray(calls)) {
    throw new UsageError(
      "USAGE_ARGUMENTS",
      "expected the function given to batch() to return an array of calls; it cannot be async",
    );
  }
  return (await Promise.allSettled(calls)) as BatchResults<Calls>;
}
