/**
 * Methods that nobody answers, as zerorpc has them: a pusher hands each call to one of its pullers,
 * a publisher tells all of its subscribers.
 *
 * ```ts
 * await using puller = new Puller({ notify: (text: string) => console.log(text) });
 * const endpoint = await puller.bind("tcp://127.0.0.1:0");
 * await using pusher = new Pusher(endpoint);
 * await pusher.notify("hello");
 * ```
 *
 * Spec: docs/protocols/zerorpc.md, "One way".
 *
 * @module
 */

import { OneWayCodec, type OneWayEvent } from "../dialects/zerorpc/one-way.ts";
import { intercept, type InterceptedCall, type Interceptor } from "../rpc/interceptor.ts";
import { countMismatch } from "../rpc/arguments.ts";
import type { Remote } from "../rpc/client-of.ts";
import { Endpoints } from "../rpc/endpoints.ts";
import { fromFailure, RpcError } from "../rpc/errors.ts";
import { count } from "../rpc/limits.ts";
import type { Handler } from "../rpc/method.ts";
import type { Headers, Message } from "../rpc/packet.ts";
import { Registry, type RegisterOptions } from "../rpc/registry.ts";
import { makeRemote } from "../rpc/remote.ts";
import type { RpcEvent } from "../rpc/rpc-event.ts";
import { Publisher as PublisherSocket } from "../sockets/publisher.ts";
import { Pull } from "../sockets/pull.ts";
import { Push } from "../sockets/push.ts";
import type { Socket } from "../sockets/socket.ts";
import type { SocketOptions } from "../sockets/socket-options.ts";
import { Subscriber as SubscriberSocket } from "../sockets/subscriber.ts";
import { nodePlatform } from "./platform.ts";
import { type PeerOptions, type PeerParts, peerParts, socketOptions } from "./rpc-options.ts";

/** Options of both ends. */
export type OneWayOptions = Pick<
  PeerOptions,
  "interceptors" | "logger" | "resolveEndpoint" | "security" | "socket"
>;

/** Options of {@link Pusher} and {@link Publisher}. */
export interface SenderOptions extends OneWayOptions {
  /** Fields of every event's header, as zerorpc's `get_task_context` makes them. @default none */
  readonly headers?: Headers;
}

/** Options of {@link Puller} and {@link Subscriber}. */
export interface ReceiverOptions extends OneWayOptions {
  /**
   * How many handlers may run at once. With one, calls run one after the other as they came; what
   * waits fills the sockets, and a pusher waits in turn.
   *
   * @default 1
   */
  readonly poolSize?: number;
  /** Only these methods of the service. @default all */
  readonly methods?: readonly string[];
}

/** A service's methods as a sender sees them: every call is a promise of nothing. */
export type OneWayRemote<R> = {
  readonly [Name in keyof R]: R[Name] extends (...args: infer Args) => unknown
    ? (...args: Args) => Promise<void>
    : OneWayRemote<R[Name]>;
};

/** A method, or a namespace, that nothing is known of. */
export interface UntypedOneWay {
  (...args: unknown[]): Promise<void>;
  readonly [name: string]: UntypedOneWay;
}

/** What senders of `Service` offer under its own names. */
export type OneWayOf<Service> = unknown extends Service
  ? { readonly [name: string]: UntypedOneWay }
  : OneWayRemote<Remote<Service>>;

/** What a sender has beside the methods of its service. */
export interface SenderMembers<Service> {
  /** All methods, also those whose names a sender has itself. */
  readonly remote: OneWayOf<Service>;
  /** The real endpoints that are bound. */
  readonly endpoints: readonly string[];
  /** How many peers are there. */
  readonly peerCount: number;
  /**
   * Calls a method by name.
   *
   * @returns resolves when the event was given to a socket that had room; what becomes of it is not
   *   told. Rejects with `CodecError` when an argument cannot be written, and with `SocketError`
   * @throws {UsageError} `USAGE_CLOSED`
   */
  send(method: string, args?: readonly unknown[], headers?: Headers): Promise<void>;
  /** Resolves with the real endpoint, rejects with `TransportError`. */
  bind(endpoint: string): Promise<string>;
  /**
   * Connects now or as soon as somebody is there, and again whenever the connection is lost.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  connect(endpoint: string): void;
  unbind(endpoint: string): Promise<void>;
  disconnect(endpoint: string): void;
  /** Closes; what was sent has as long to leave as the socket's `linger` says. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A sender: the methods of its service under their own names, and {@link SenderMembers}. */
export type Sender<Service = unknown> = SenderMembers<Service> &
  Omit<OneWayOf<Service>, keyof SenderMembers<Service>>;

/** How senders are made. */
export interface SenderConstructor {
  /**
   * @param endpoint - one peer, several, or none yet
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_OPTION`
   */
  new <Service = unknown>(
    endpoint?: string | readonly string[],
    options?: SenderOptions,
  ): Sender<Service>;
}

/** Hands each call to one of the pullers that are there, in turn; waits while none has room. */
export const Pusher: SenderConstructor = senderOf((options) => new Push(options, nodePlatform));

/** Tells each call to all subscribers that are there and keep up. Never waits. */
export const Publisher: SenderConstructor = senderOf(
  (options) => new PublisherSocket(options, nodePlatform),
);

function senderOf(make: (options: SocketOptions) => Push | PublisherSocket): SenderConstructor {
  // A class, so that `new` and `instanceof` mean what they say.
  // oxlint-disable-next-line typescript/no-extraneous-class
  return class {
    constructor(endpoint: string | readonly string[] = [], options: SenderOptions = {}) {
      const members = makeMembers(make(socketOptions(options)), options);
      for (const one of typeof endpoint === "string" ? [endpoint] : endpoint) members.connect(one);
      const send = (name: string, args: readonly unknown[]): unknown => members.send(name, args);
      // oxlint-disable-next-line no-constructor-return -- what is made is a proxy
      return makeRemote(send, members, new.target.prototype);
    }
  } as unknown as SenderConstructor;
}

function makeMembers(
  socket: Push | PublisherSocket,
  options: SenderOptions,
): SenderMembers<unknown> {
  const { interceptors } = peerParts("client", options);
  const codec = new OneWayCodec(nodePlatform.random);
  const wire = new Wire(socket, "client", options);

  const write = ({ method, args, headers }: InterceptedCall): Promise<void> =>
    socket.send(codec.encode({ method, args, headers }));
  const send = async (
    method: string,
    args: readonly unknown[] = [],
    headers?: Headers,
  ): Promise<void> => {
    const call: InterceptedCall = {
      side: "client",
      method,
      args,
      headers: { ...options.headers, ...headers },
    };
    if (interceptors.length === 0) await write(call);
    else await intercept(interceptors, call, write);
  };
  return {
    remote: makeRemote(send) as OneWayOf<unknown>,
    get endpoints() {
      return socket.endpoints;
    },
    get peerCount() {
      return socket.peerCount;
    },
    send,
    bind: (endpoint) => wire.endpoints.bind(endpoint),
    connect: (endpoint) => wire.endpoints.connect(endpoint),
    unbind: (endpoint) => wire.endpoints.unbind(endpoint),
    disconnect: (endpoint) => void wire.endpoints.disconnect(endpoint),
    close: () => wire.close(),
    [Symbol.asyncDispose]: () => wire.close(),
  };
}

/** What pullers and subscribers have in common: a service whose methods events call. */
abstract class Receiver {
  readonly #registry: Registry;
  readonly #socket: Pull | SubscriberSocket;
  readonly #wire: Wire;
  readonly #interceptors: readonly Interceptor[];
  readonly #codec = new OneWayCodec(nodePlatform.random);

  /** @throws {UsageError} `USAGE_OPTION`, `USAGE_NAME`, `USAGE_HANDLER` */
  protected constructor(
    socket: Pull | SubscriberSocket,
    service: object | undefined,
    options: ReceiverOptions,
  ) {
    this.#registry = new Registry("service");
    this.#socket = socket;
    this.#wire = new Wire(socket, "server", options);
    this.#interceptors = options.interceptors ?? [];
    const { methods } = options;
    if (service !== undefined) {
      this.#registry.addService("", service, { ...(methods !== undefined && { methods }) });
    }
    const poolSize = count("poolSize", options.poolSize, 1, 1);
    for (let worker = 0; worker < Math.min(poolSize, MAX_WORKERS); worker++) letGo(this.#work());
  }

  /** The real endpoints that are bound, in the form that senders connect to. */
  get endpoints(): readonly string[] {
    return this.#socket.endpoints;
  }

  /** Full names of all methods, sorted. */
  get methods(): readonly string[] {
    return this.#registry.methods.map((method) => method.name);
  }

  /** How many peers are there. */
  get peerCount(): number {
    return this.#socket.peerCount;
  }

  /**
   * Accepts senders at an endpoint.
   *
   * @returns resolves with the real endpoint; rejects with `TransportError`
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  bind(endpoint: string): Promise<string> {
    return this.#wire.endpoints.bind(endpoint);
  }

  /**
   * Connects to a sender that is bound, now or as soon as it is there.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  connect(endpoint: string): void {
    this.#wire.endpoints.connect(endpoint);
  }

  /** Accepts no more senders at an endpoint and disconnects those that came through it. */
  unbind(endpoint: string): Promise<void> {
    return this.#wire.endpoints.unbind(endpoint);
  }

  /** Ends the connection to an endpoint. */
  disconnect(endpoint: string): void {
    this.#wire.endpoints.disconnect(endpoint);
  }

  /**
   * Adds a function under a name, or everything that an object offers under a namespace.
   *
   * @throws {UsageError} `USAGE_NAME` when a name is taken, private or not there
   */
  register(name: string, service: object, options?: RegisterOptions): void {
    if (typeof service === "function") {
      this.#registry.addFunction(name, service as Handler, options);
    } else this.#registry.addService(name, service, options);
  }

  /** Removes a method, or all methods of a namespace. Returns how many were removed. */
  unregister(name: string): number {
    return this.#registry.remove(name);
  }

  /** Takes no more events. A handler that runs is not waited for. */
  close(): Promise<void> {
    return this.#wire.close();
  }

  /** The same as {@link Receiver.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes events one after the other until the socket is closed. */
  async #work(): Promise<void> {
    for await (const message of this.#socket) await this.#handle(message);
  }

  async #handle(message: Message): Promise<void> {
    let event: OneWayEvent;
    try {
      event = this.#codec.decode(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#wire.observe({ type: "malformed", address: "", reason });
      return;
    }
    const { method } = event;
    this.#wire.observe({ type: "call-started", method, address: "" });
    try {
      await this.#perform(event);
    } catch (error) {
      this.#wire.observe({ type: "call-failed", method, address: "", error });
    }
    this.#wire.observe({ type: "call-finished", method, address: "" });
  }

  async #perform(event: OneWayEvent): Promise<void> {
    const method = this.#registry.find(event.method);
    if (method === undefined) {
      const message = `the service has no method "${event.method}"`;
      throw new RpcError("unimplemented", message, { method: event.method, name: "NameError" });
    }
    const mismatch = countMismatch(method, event.args.length);
    if (mismatch !== undefined) throw fromFailure(mismatch, event.method);
    const call: InterceptedCall = { side: "server", ...event };
    if (this.#interceptors.length === 0) await method.invoke(event.args);
    else await intercept(this.#interceptors, call, (passed) => method.invoke(passed.args));
  }
}

/** Takes calls from pushers, each of which goes to one puller. */
export class Puller extends Receiver {
  /**
   * @param service - whose methods are called
   * @throws {UsageError} `USAGE_OPTION`, `USAGE_NAME`
   */
  constructor(service?: object, options: ReceiverOptions = {}) {
    super(new Pull(socketOptions(options), nodePlatform), service, options);
  }
}

/** Takes the calls of publishers, all of them, from when its connection is there. */
export class Subscriber extends Receiver {
  /**
   * @param service - whose methods are called
   * @throws {UsageError} `USAGE_OPTION`, `USAGE_NAME`
   */
  constructor(service?: object, options: ReceiverOptions = {}) {
    const socket = new SubscriberSocket(socketOptions(options), nodePlatform);
    // zerorpc has no topics: an event begins with its header.
    socket.subscribe();
    super(socket, service, options);
  }
}

/** More would only wait for each other's turn at the socket. */
const MAX_WORKERS = 1024;

/** Binding and connecting, with endpoints resolved and everything observed. */
class Wire {
  readonly endpoints: Endpoints;
  readonly #socket: Socket;
  readonly #parts: PeerParts;
  #open = true;

  constructor(socket: Socket, side: "client" | "server", options: OneWayOptions) {
    this.#socket = socket;
    this.#parts = peerParts(side, options);
    const { observer, insecure, resolveEndpoint } = this.#parts;
    this.endpoints = new Endpoints({
      target: socket,
      resolveEndpoint,
      told: (event) => this.observe(event),
      unreachable: (endpoint, error) => this.observe({ type: "unreachable", endpoint, error }),
      wanted: () => this.#open,
    });
    socket.events.on("bind:insecure", ({ address }) => insecure(address));
    if (observer === undefined) return;
    socket.events.on("connect:retry", ({ address, error }) => {
      if (error !== undefined) observer({ type: "unreachable", endpoint: address, error });
    });
  }

  observe(event: RpcEvent): void {
    this.#parts.observer?.(event);
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#socket.close();
    this.observe({ type: "closed" });
  }
}

/** The work of a receiver ends with its socket and reports every failure itself. */
function letGo(work: Promise<void>): void {
  work.catch(() => undefined);
}
