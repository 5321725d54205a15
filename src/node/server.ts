/**
 * The server on Node.
 *
 * @module
 */

import { inspect, type InspectOptions } from "node:util";
import { zerorpc } from "../dialects/zerorpc/dialect.ts";
import { UsageError } from "../base/errors.ts";
import type { Dialect } from "../rpc/dialect.ts";
import { checkOptions, choice, count, duration, interval, RPC_DEFAULTS } from "../rpc/limits.ts";
import type { Handler, MethodDescription } from "../rpc/method.ts";
import type { Policy } from "../rpc/policy.ts";
import type { RateLimit } from "../rpc/rate-limit.ts";
import { isClass, type RegisterOptions } from "../rpc/registry.ts";
import { offerOf } from "../rpc/offer.ts";
import { ServerCore } from "../rpc/server.ts";
import { nodeClock } from "./clock.ts";
import { PLATFORM_PROTOTYPES } from "./platform-prototypes.ts";
import {
  checkDialects,
  limitedDialect,
  PEER_OPTIONS,
  type PeerOptions,
  type PeerParts,
  peerParts,
} from "./rpc-options.ts";
import { shownAs } from "./shown.ts";

/** Options of {@link Server}. */
export interface ServerOptions extends PeerOptions {
  /** Name of the service as introspection tells it. @default the class, function or "service" */
  readonly name?: string;
  /**
   * How many handlers may run at once; the other calls wait.
   *
   * @default Infinity
   */
  readonly poolSize?: number;
  /** How many calls may wait for a handler; more fail with `resource_exhausted`. @default 10_000 */
  readonly maxQueuedCalls?: number;
  /** How many calls one peer may have open; more fail with `resource_exhausted`. @default 10_000 */
  readonly maxCallsPerPeer?: number;
  /**
   * How many of them may be streams, of items that it gets or sends; more fail in the same way.
   *
   * @default 1000
   */
  readonly maxStreamsPerPeer?: number;
  /**
   * How often each peer may call: `{ callsPerSecond: 100, burst: 500 }`. What is beyond it fails with
   * `resource_exhausted`, or slows its caller down.
   *
   * @default as often as it likes
   */
  readonly rateLimit?: RateLimit;
  /**
   * After how long a connection without an open call, on which no message comes and nothing leaves, is
   * closed, in ms, up to twice as late; 0 or `Infinity` is never. Peers connect again. Clients of ours
   * that have called in zerorpc are asked to leave first and lose no call; what others send in the
   * moment of the end is lost.
   *
   * @default 0
   */
  readonly idleTimeoutMs?: number;
  /**
   * How many outcomes are kept for requests that come again: those with a request id, as zrpc has for
   * all and zerorpc for calls with `idempotent` or `requestId`. The oldest is forgotten first; who asks
   * for it then is told so.
   *
   * @default 1000
   */
  readonly rememberedReplies?: number;
  /**
   * How large the kept outcomes may be in all, in octets of their messages. The latest is kept
   * whatever its size.
   *
   * @default 16_777_216
   */
  readonly rememberedBytes?: number;
  /** Whether callers get the stacks of handlers' errors. @default false */
  readonly sendStacks?: boolean;
  /**
   * Who may call what: rules by method and verified identity, or a function that sees method,
   * identity, address and headers of each call. What is denied is `permission_denied`, or
   * `unauthenticated` where nobody has verified who calls, and introspection does not tell of it.
   *
   * ```ts
   * policy: { rules: [{ methods: "math.*", allow: ["ada"] }, { methods: "add", allow: "anyone" }] }
   * ```
   *
   * @default everybody may call everything
   */
  readonly policy?: Policy;
  /** Only these methods of the service. @default all */
  readonly methods?: readonly string[];
  /** Only methods of the service that were marked by `exposed`. @default false */
  readonly exposedOnly?: boolean;
  /** What is known of a method beyond its own source text: documentation, types, defaults. */
  readonly describe?: (method: string) => MethodDescription | undefined;
  /** The tongues it speaks; a peer's first message decides. @default [zerorpc()] */
  readonly dialects?: readonly Dialect[];
  /**
   * The ZeroMQ socket type that it is to its peers. ROUTER serves REQ and DEALER peers. `"PULL"`
   * takes notifications alone, from PUSH peers, in dialects that have such a thing, as jsonrpc does.
   *
   * @default "ROUTER"
   */
  readonly socketType?: "ROUTER" | "PULL";
}

const SERVER_OPTIONS: Readonly<Record<keyof ServerOptions, true>> = {
  ...PEER_OPTIONS,
  name: true,
  poolSize: true,
  maxQueuedCalls: true,
  maxCallsPerPeer: true,
  maxStreamsPerPeer: true,
  rateLimit: true,
  idleTimeoutMs: true,
  rememberedReplies: true,
  rememberedBytes: true,
  sendStacks: true,
  policy: true,
  methods: true,
  exposedOnly: true,
  describe: true,
  dialects: true,
  socketType: true,
};

/**
 * Serves the methods of an object, a class instance, a module or a function.
 *
 * ```ts
 * await using server = new Server(new Cooler());
 * await server.bind("tcp://127.0.0.1:1234");
 * ```
 */
export class Server {
  readonly #core: ServerCore;
  readonly #warn: PeerParts["warn"];

  static {
    // Not among the members: its declaration would bring Node's types to every user of this one.
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: Server, depth: number, options: InspectOptions): string {
        return this.#shown(depth, options);
      },
    });
  }

  /**
   * @param service - what to serve; more can be registered at any time
   * @throws {UsageError} `USAGE_OPTION`, `USAGE_NAME`, `USAGE_HANDLER`
   */
  constructor(service?: object, options: ServerOptions = {}) {
    checkOptions("server option", options, SERVER_OPTIONS);
    if (service !== undefined) checkService(service);
    const parts = peerParts("server", options, {
      server: choice("socketType", options.socketType, ["ROUTER", "PULL"]),
    });
    this.#warn = parts.warn;
    this.#core = new ServerCore({
      ...parts,
      name: options.name ?? nameOf(service),
      clock: nodeClock,
      platformPrototypes: PLATFORM_PROTOTYPES,
      dialects: checkDialects(options.dialects ?? [zerorpc()]).map((one) =>
        limitedDialect(one, options),
      ),
      heartbeatMs: interval("heartbeatMs", options.heartbeatMs, RPC_DEFAULTS.heartbeatMs),
      ...serverLimits(options),
      sendStacks: options.sendStacks ?? false,
      policy: options.policy,
    });
    if (service === undefined) return;
    const { methods, exposedOnly, describe } = options;
    const registering = {
      ...(methods !== undefined && { methods }),
      ...(exposedOnly !== undefined && { exposedOnly }),
      ...(describe !== undefined && { describe }),
    };
    this.register(service, registering);
  }

  /** Name of the service. */
  get name(): string {
    return this.#core.registry.name;
  }

  /** The real endpoints that are bound, in the form that clients connect to. */
  get endpoints(): readonly string[] {
    return this.#core.endpoints;
  }

  /** Full names of all methods, sorted. */
  get methods(): readonly string[] {
    return this.#core.registry.methods.map((method) => method.name);
  }

  /** How many calls are being served or wait. */
  get openCalls(): number {
    return this.#core.openCalls;
  }

  /**
   * How many messages have come that were of none of the dialects. They are answered where one of the
   * dialects can, and the log hears of each such peer once.
   */
  get unrecognisedMessages(): number {
    return this.#core.unrecognisedMessages;
  }

  /**
   * Accepts clients at an endpoint.
   *
   * @param endpoint - such as `tcp://127.0.0.1:1234`, `tcp://*:0`, `ipc:///run/my.sock`
   * @returns resolves with the real endpoint; rejects with `TransportError`, for instance
   *   `TRANSPORT_ADDRESS_IN_USE`
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  bind(endpoint: string): Promise<string> {
    return this.#core.bind(endpoint);
  }

  /**
   * Becomes a worker of a client that is bound, or will be, at an endpoint. Connects again whenever
   * the connection is lost.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  connect(endpoint: string): void {
    this.#core.connect(endpoint);
  }

  /** Accepts no more clients at an endpoint and disconnects those that came through it. */
  unbind(endpoint: string): Promise<void> {
    return this.#core.unbind(endpoint);
  }

  /** Ends the connection to an endpoint. */
  disconnect(endpoint: string): void {
    this.#core.disconnect(endpoint);
  }

  /**
   * Adds methods while serving: a function under a name, everything that an object offers, or the
   * same under a namespace.
   *
   * ```ts
   * server.register("add", (a: number, b: number) => a + b);
   * server.register("math", new MathService());
   * server.register(new Cooler(), { methods: ["addMan"] });
   * ```
   *
   * An object that offers no method is no error, but the log is told, or without one a warning of the
   * process.
   *
   * @throws {UsageError} `USAGE_NAME` when a name is taken, private or not there, `USAGE_HANDLER` for
   *   what cannot be served: a class, a promise, anything but objects and functions
   */
  register(service: object, options?: RegisterOptions): void;
  register(name: string, service: object, options?: RegisterOptions): void;
  register(first: unknown, second?: unknown, third?: RegisterOptions): void {
    const named = typeof first === "string";
    const service = checkService(named ? second : first);
    const options = (named ? third : (second as RegisterOptions | undefined)) ?? {};
    const { registry } = this.#core;
    if (typeof service !== "function") {
      const added = registry.addService(named ? first : "", service, options);
      if (added === 0) this.#warn({ type: "nothing-offered", reason: NOTHING }, NOTHING, CODE);
    } else {
      const handler = service as Handler;
      registry.addFunction(named ? first : nameOfFunction(handler), handler, options);
    }
  }

  /** Removes a method, or all methods of a namespace. Returns how many were removed. */
  unregister(name: string): number {
    return this.#core.registry.remove(name);
  }

  /** Removes all methods. */
  unregisterAll(): void {
    this.#core.registry.clear();
  }

  /**
   * Accepts no more clients, tells those that are there to turn to others, waits until the calls that
   * run are over and the clients that were told have left, which takes them at most a second, and
   * closes. The process then ends by itself.
   *
   * @param timeoutMs - what still runs after it is cancelled; `Infinity` waits as long as it
   *   takes. @default 10_000
   */
  drain(timeoutMs: number = 10_000): Promise<void> {
    return this.#core.drain(duration("timeoutMs", timeoutMs));
  }

  /** Cancels what runs and closes. Calling it again does nothing. */
  close(): Promise<void> {
    return this.#core.close();
  }

  /** The same as {@link Server.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#core.close();
  }

  /** What it serves, where, and for how many, as `util.inspect` prints it. */
  #shown(depth: number, options: InspectOptions): string {
    const { endpoints, connected, openCalls, peerCount } = this.#core;
    const { name, methods } = this;
    const fields = { name, endpoints, connected, methods, peerCount, openCalls };
    return shownAs("Server", fields, depth, options);
  }
}

/** What is said of a service that offers nothing, and the code of the warning. */
const NOTHING =
  "the service offers no method: offered are functions, its own and those of its classes, under names" +
  " without a leading underscore; leave the service out to register methods later";
const CODE = "ZEROCALL_NO_METHODS";

/** What its peers may cost it. @throws {UsageError} `USAGE_OPTION` */
function serverLimits(options: ServerOptions) {
  const counted = (
    name: "maxQueuedCalls" | "maxCallsPerPeer" | "maxStreamsPerPeer" | ReplyLimit,
    least: number,
  ): number => count(name, options[name], RPC_DEFAULTS[name], least);
  return {
    poolSize: count("poolSize", options.poolSize, Infinity, 1),
    maxQueuedCalls: counted("maxQueuedCalls", 0),
    maxCallsPerPeer: counted("maxCallsPerPeer", 1),
    maxStreamsPerPeer: counted("maxStreamsPerPeer", 1),
    rateLimit: options.rateLimit,
    idleTimeoutMs: interval("idleTimeoutMs", options.idleTimeoutMs, RPC_DEFAULTS.idleTimeoutMs),
    rememberedReplies: counted("rememberedReplies", 0),
    rememberedBytes: counted("rememberedBytes", 0),
  };
}

type ReplyLimit = "rememberedReplies" | "rememberedBytes";

/** Refuses what would make a server without methods. */
function checkService(service: unknown): object {
  if (typeof service === "function") {
    if (!isClass(service)) return service;
    throw new UsageError(
      "USAGE_HANDLER",
      `expected an object or a function, got the class ${service.name}; serve an instance of it`,
    );
  }
  if (typeof service !== "object" || service === null) {
    const got = service === null ? "null" : typeof service;
    throw new UsageError("USAGE_HANDLER", `expected an object or a function to serve, got ${got}`);
  }
  if (!(service instanceof Promise)) return service;
  throw new UsageError("USAGE_HANDLER", "expected a service, got a promise of one; await it first");
}

function nameOfFunction(handler: Handler): string {
  if (handler.name !== "") return handler.name;
  throw new UsageError("USAGE_NAME", "expected a function with a name, got an anonymous one");
}

/** A service's name when nobody gave it one. */
function nameOf(service: object | undefined): string {
  if (service === undefined) return "service";
  const offered = offerOf(service);
  if (offered !== undefined) return offered.name;
  if (typeof service === "function") return service.name || "service";
  const made: unknown = Object.getPrototypeOf(service) === null ? undefined : service.constructor;
  const name = typeof made === "function" ? made.name : "";
  return name === "" || name === "Object" || name === "Module" ? "service" : name;
}
