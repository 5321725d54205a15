/**
 * A zrpc client: calls services by their names in the folder of sockets.
 *
 * Spec: docs/protocols/zrpc.md, "Services by name" and "Sending again".
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { zrpc } from "../dialects/zrpc/dialect.ts";
import type { Call } from "../rpc/call.ts";
import type { CallArguments, CallOptions } from "../rpc/caller.ts";
import type { Remote, UntypedRemote } from "../rpc/client-of.ts";
import type { Dialect } from "../rpc/dialect.ts";
import { duration } from "../rpc/limits.ts";
import type { MethodDescription } from "../rpc/method.ts";
import { Client, type ClientOptions } from "./client.ts";
import { socketFolder, socketNames, socketPath } from "./zrpc-folder.ts";

/** Options of {@link ZrpcClient}, beside those of {@link Client}. */
export interface ZrpcClientOptions extends Omit<ClientOptions, "dialect" | "resolveEndpoint"> {
  /** @default the environment variable `ZRPC_SOCKET_DIR`, or else the original's folder */
  readonly socketDir?: string;
}

/** Options of {@link ZrpcClient.list}. */
export interface ZrpcListOptions {
  /** How long a service may take to answer, in ms. @default 1000, or the client's for one service */
  readonly timeoutMs?: number;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

/** The services of a folder, each with the methods of its type. */
export type ZrpcProxy<Services> = unknown extends Services
  ? { readonly [service: string]: UntypedRemote }
  : { readonly [Name in keyof Services]: Remote<Services[Name]> };

/** How long {@link ZrpcClient.list} waits for each service. */
const LIST_TIMEOUT_MS = 1000;

/**
 * Calls services by name, typed from the services if they are given.
 *
 * ```ts
 * await using client = new ZrpcClient<{ test_server: TestServer }>();
 * await client.proxy.test_server.add(1, 2);
 * await client.with({ timeoutMs: 500 }).test_server.add(1, 2);
 * await client.call("test_server", "add", [1], { named: { b: 2 } });
 * ```
 */
export class ZrpcClient<Services = unknown> {
  /** `proxy.service.method(…)` calls it. */
  readonly proxy: ZrpcProxy<Services>;
  readonly #folder: string;
  readonly #options: Omit<ClientOptions, "dialect">;
  readonly #dialect = zrpc();
  readonly #payloadDialect = zrpc({ form: "payload" });
  readonly #clients = new Map<string, Client>();
  readonly #payloadClients = new Map<string, Client>();
  #closing: Promise<void> | undefined = undefined;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: ZrpcClientOptions = {}) {
    const { socketDir, ...others } = options;
    this.#folder = socketFolder(socketDir);
    this.#options = others;
    // What is wrong with the options is said here and not at the first call.
    void new Client(undefined, { ...others, dialect: this.#dialect }).close();
    this.proxy = this.#makeProxy((client) => client.remote);
  }

  /** The folder in which services are looked for. */
  get socketDir(): string {
    return this.#folder;
  }

  /** How many calls are open or wait for their service. */
  get openCalls(): number {
    let count = 0;
    for (const client of this.#clients.values()) count += client.openCalls;
    for (const client of this.#payloadClients.values()) count += client.openCalls;
    return count;
  }

  /**
   * Calls a method of a service, which need not be there yet.
   *
   * @param args - in an array by position, in an object by name
   * @throws {UsageError} `USAGE_NAME`, `USAGE_ENDPOINT`, `USAGE_CLOSED`, `USAGE_ARGUMENTS`
   */
  call(service: string, method: string, args: CallArguments = [], options?: CallOptions): Call {
    return this.#clientOf(service).call(method, args, options);
  }

  /**
   * Calls a method in the older form, which has one argument.
   *
   * @param timeoutMs - 0 and `Infinity` wait for ever. @default that of the client
   * @throws {UsageError} as {@link ZrpcClient.call} does
   */
  callPayload(service: string, method: string, payload: unknown = null, timeoutMs?: number): Call {
    const client = this.#open(this.#payloadClients, service, this.#payloadDialect);
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    return client.call(method, [payload], options) as unknown as Call;
  }

  /** All services and methods, with options for the calls made through them. */
  with(options: CallOptions): ZrpcProxy<Services> {
    return this.#makeProxy((client) => client.with(options));
  }

  /** The names of the services that answer. */
  list(service?: undefined, options?: ZrpcListOptions): Promise<readonly string[]>;
  /** The methods of a service, with documentation and parameters. */
  list(
    service: string,
    options?: ZrpcListOptions,
  ): Promise<Readonly<Record<string, MethodDescription>>>;
  async list(
    service?: string,
    options: ZrpcListOptions = {},
  ): Promise<readonly string[] | Readonly<Record<string, MethodDescription>>> {
    if (service === undefined) {
      const timeoutMs = duration("timeoutMs", options.timeoutMs ?? LIST_TIMEOUT_MS);
      return this.#answering({ ...options, timeoutMs });
    }
    return (await this.#clientOf(service).inspect(options)).methods;
  }

  /** Cancels what is open and closes. Calling it again does nothing. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** The same as {@link ZrpcClient.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const clients = [...this.#clients.values(), ...this.#payloadClients.values()];
    await Promise.all(clients.map((client) => client.close()));
  }

  async #answering(options: ZrpcListOptions): Promise<readonly string[]> {
    this.#checkOpen();
    const names = await socketNames(this.#folder);
    const answers = await Promise.all(names.map((name) => this.#answers(name, options)));
    options.signal?.throwIfAborted();
    return names.filter((_, index) => answers[index]);
  }

  /** Asks with a client of its own: no connection to a dead socket is kept up. */
  async #answers(service: string, options: ZrpcListOptions): Promise<boolean> {
    const client = this.#connect(service, this.#dialect);
    try {
      await client.inspect(options);
      return true;
    } catch {
      return false;
    } finally {
      await client.close();
    }
  }

  #clientOf(service: string): Client {
    return this.#open(this.#clients, service, this.#dialect);
  }

  #open(clients: Map<string, Client>, service: string, dialect: Dialect): Client {
    this.#checkOpen();
    const known = clients.get(service);
    if (known !== undefined) return known;
    const client = this.#connect(service, dialect);
    clients.set(service, client);
    return client;
  }

  #connect(service: string, dialect: Dialect): Client {
    const endpoint = `ipc://${socketPath(this.#folder, service)}`;
    return new Client(endpoint, { ...this.#options, dialect });
  }

  #makeProxy(open: (client: Client) => UntypedRemote): ZrpcProxy<Services> {
    return new Proxy(Object.create(null) as object, {
      get: (_, service) =>
        // A proxy that is awaited is asked for `then`, and is no promise.
        typeof service === "symbol" || service === "then"
          ? undefined
          : open(this.#clientOf(service)),
    }) as ZrpcProxy<Services>;
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return;
    throw new UsageError("USAGE_CLOSED", "the client is closed");
  }
}
