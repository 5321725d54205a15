/**
 * A zrpc server: a service under a name in the folder of sockets.
 *
 * Spec: docs/protocols/zrpc.md, "Services by name" and "Events beside requests".
 *
 * @module
 */

import type { Readable } from "node:stream";

import { UsageError } from "../base/errors.ts";
import { zrpc } from "../dialects/zrpc/dialect.ts";
import type { Interceptor } from "../rpc/interceptor.ts";
import { choice, duration, inText } from "../rpc/limits.ts";
import type { MethodDescription } from "../rpc/method.ts";
import { offerOf } from "../rpc/offer.ts";
import { nodeClock } from "./clock.ts";
import { EventGate } from "./event-gate.ts";
import { ReadableWatch, toReadable } from "./readable-watch.ts";
import { Server, type ServerOptions } from "./server.ts";
import {
  grantAccess,
  nameOfClass,
  prepareFolder,
  socketFolder,
  socketPath,
  type ZrpcAccess,
} from "./zrpc-folder.ts";

/** Options of {@link ZrpcServer}, beside those of {@link Server}. */
export interface ZrpcServerOptions extends Omit<ServerOptions, "dialects" | "exposedOnly"> {
  /** The service's name, by which clients call it. @default that of its class, in snake case */
  readonly name?: string;
  /** @default the environment variable `ZRPC_SOCKET_DIR`, or else the original's folder */
  readonly socketDir?: string;
  /** Who on this machine may call it. @default "owner" */
  readonly access?: ZrpcAccess;
  /**
   * The methods to offer. Without it a class offers those that are marked by `exposed`, and a plain
   * object or a module all that it has.
   */
  readonly methods?: readonly string[];
  readonly describe?: (method: string) => MethodDescription | undefined;
}

/**
 * Serves the marked or listed methods of a service under its name.
 *
 * ```ts
 * class TestServer extends ZrpcServer {
 *   @exposed
 *   add(a: number, b: number) { return a + b; }
 * }
 * await new TestServer().run();           // as "test_server"
 *
 * await using server = new ZrpcServer({ add: (a: number, b: number) => a + b }, { name: "sums" });
 * await server.start();
 * ```
 */
export class ZrpcServer {
  /** The service's name. */
  readonly name: string;
  /** The path of its socket. */
  readonly path: string;
  readonly #folder: string;
  readonly #access: ZrpcAccess;
  readonly #server: Server;
  readonly #gate: EventGate;
  /** By stream, and by the descriptor that it wraps. */
  readonly #watches = new Map<Readable | number, ReadableWatch>();
  #starting: Promise<void> | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;
  #runners: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  /**
   * @param service - what to serve; a subclass serves itself
   * @throws {UsageError} `USAGE_OPTION`, `USAGE_NAME`
   */
  constructor(service?: object, options: ZrpcServerOptions = {}) {
    const { name, socketDir, access, methods, describe, ...others } = options;
    const served = service ?? this;
    this.name = name ?? nameOfService(served);
    this.#folder = socketFolder(socketDir);
    this.path = socketPath(this.#folder, this.name);
    this.#access = choice("access", access, ["owner", "everyone"]);
    this.#gate = new EventGate(nodeClock, (error) => this.#callbackFailed(error));
    this.#server = new Server(undefined, {
      ...others,
      name: this.name,
      dialects: [zrpc()],
      interceptors: [this.#inTurn, ...(others.interceptors ?? [])],
    });
    this.#server.register(served, {
      ...(methods !== undefined && { methods }),
      exposedOnly: methods === undefined && isClassInstance(served),
      ...(describe !== undefined && { describe }),
    });
  }

  /**
   * Takes its place in the folder and serves from now on.
   *
   * @throws {TransportError} `TRANSPORT_ADDRESS_IN_USE` while another server of the name lives,
   *   `TRANSPORT_PERMISSION`
   * @throws {UsageError} `USAGE_ENDPOINT` when the path is too long for a socket, `USAGE_CLOSED`
   */
  async start(): Promise<void> {
    await this.#start();
    this.#gate.flow();
  }

  /**
   * Serves until it is closed.
   *
   * @throws {TransportError} as {@link ZrpcServer.start} does
   * @throws whatever a callback of {@link ZrpcServer.register} throws; the server is closed then
   */
  async run(): Promise<void> {
    await this.#start();
    if (this.#closing !== undefined) return this.#closing;
    const ended = new Promise<void>((resolve, reject) => this.#runners.push({ resolve, reject }));
    this.#gate.flow();
    await ended;
  }

  /**
   * Handles one event: a request, or a registered stream that can be read. From the first time on all
   * others wait for the next one, or for {@link ZrpcServer.start} or {@link ZrpcServer.run}. What is
   * answered from memory is no event.
   *
   * @param timeoutMs - how long to wait for it. @default Infinity
   * @returns whether there was one
   * @throws whatever its callback throws; what a method throws is its caller's
   */
  async runOnce(timeoutMs: number = Infinity): Promise<boolean> {
    const waitMs = duration("timeoutMs", timeoutMs);
    // Before the first request can come.
    this.#gate.hold();
    await this.#start();
    return this.#gate.step(waitMs);
  }

  /**
   * Calls back whenever there is something to read from a stream, or its end, until that has been
   * read or the callback throws. The server reads nothing itself.
   *
   * @param source - a readable stream, or the descriptor of a pipe, a socket or a terminal, which
   *   becomes a stream that owns it
   * @param callback - reads from the stream; it is not called again before it is over
   * @returns the stream to read from
   * @throws {UsageError} `USAGE_ARGUMENTS` when it cannot be watched, or is already
   */
  register(source: Readable | number, callback: () => unknown): Readable {
    if (this.#closing !== undefined) throw closedError();
    if (typeof callback !== "function") {
      const got = inText(callback);
      throw new UsageError("USAGE_ARGUMENTS", `expected a function to call back, got ${got}`);
    }
    if (this.#watches.has(source)) {
      throw new UsageError("USAGE_ARGUMENTS", "expected a stream that is not registered yet");
    }
    const stream = toReadable(source);
    const over = (): void => {
      this.#watches.delete(source);
      this.#watches.delete(stream);
    };
    const watch = new ReadableWatch(stream, callback, this.#gate, over);
    this.#watches.set(source, watch);
    this.#watches.set(stream, watch);
    return stream;
  }

  /** Calls back no more, be it told the stream or the descriptor. Returns whether it was registered. */
  unregister(source: Readable | number): boolean {
    const watch = this.#watches.get(source);
    watch?.stop();
    return watch !== undefined;
  }

  /**
   * Takes no new calls, waits until the running ones are over, and closes.
   *
   * @param timeoutMs - what still runs after it is cancelled. @default 10_000
   */
  async drain(timeoutMs: number = 10_000): Promise<void> {
    await this.#server.drain(timeoutMs);
    await this.close();
  }

  /** Leaves its place, cancels what runs and closes. Calling it again does nothing. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** The same as {@link ZrpcServer.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (const watch of this.#watches.values()) watch.stop();
    await this.#server.close();
    this.#gate.close();
    for (const { resolve } of this.#runners.splice(0)) resolve();
  }

  #start(): Promise<void> {
    if (this.#closing !== undefined) throw closedError();
    return (this.#starting ??= this.#bind());
  }

  async #bind(): Promise<void> {
    try {
      await prepareFolder(this.#folder, this.#access);
      await this.#server.bind(`ipc://${this.path}`);
    } catch (error) {
      // The other server may end, and then this one can start.
      this.#starting = undefined;
      throw error;
    }
    await grantAccess(this.path, this.#access);
  }

  /** Each request is an event. */
  readonly #inTurn: Interceptor = async (call, next) => {
    const over = await this.#gate.enter();
    try {
      return await next(call);
    } finally {
      // What a method throws is its caller's business.
      over();
    }
  };

  /** A callback has thrown where nobody awaits it. */
  #callbackFailed(error: unknown): void {
    const runners = this.#runners.splice(0);
    if (runners.length === 0) {
      // As for any listener of Node's that throws.
      queueMicrotask(() => {
        throw error;
      });
      return;
    }
    const tell = (): void => {
      for (const { reject } of runners) reject(error);
    };
    this.close().then(tell, tell);
  }
}

/** The name of a service's class in snake case. */
function nameOfService(service: object): string {
  const made: unknown = Object.getPrototypeOf(service) === null ? undefined : service.constructor;
  const known = typeof made === "function" && made !== Object && made !== ZrpcServer;
  const className = typeof service === "function" ? service.name : known ? made.name : "";
  const name = nameOfClass(offerOf(service)?.name ?? className);
  if (name !== "") return name;
  throw new UsageError("USAGE_NAME", "expected a name for a service that is of no named class");
}

function isClassInstance(service: object): boolean {
  const offered = offerOf(service);
  if (offered !== undefined) return offered.instance;
  const prototype: unknown = Object.getPrototypeOf(service);
  return prototype !== null && prototype !== Object.prototype;
}

function closedError(): UsageError {
  return new UsageError("USAGE_CLOSED", "the server is closed");
}
