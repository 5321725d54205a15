/**
 * The blocking zrpc client: calls services by their names in the folder of sockets.
 *
 * Spec: docs/protocols/zrpc.md, "Services by name".
 *
 * @module
 */

import { readdirSync } from "node:fs";

import { UsageError } from "../../base/errors.ts";
import { makeRemote } from "../../rpc/remote.ts";
import type { MethodDescription } from "../../rpc/method.ts";
import type { ServiceDescription } from "../client.ts";
import { socketFolder, socketPath } from "../zrpc-folder.ts";
import type { SyncCallOptions } from "./commands.ts";
import type { SyncRemote, UntypedSyncRemote } from "./sync-client-of.ts";
import { type SyncArguments, SyncConnection } from "./sync-connection.ts";
import { bounded, resolveOptions, type SyncClientOptions } from "./sync-options.ts";

/** Options of {@link SyncZrpcClient}, beside those of {@link SyncClient}. */
export interface SyncZrpcClientOptions extends Omit<SyncClientOptions, "dialect"> {
  /** @default the environment variable `ZRPC_SOCKET_DIR`, or else the original's folder */
  readonly socketDir?: string;
}

/** The services of a folder, each with the methods of its type. */
export type SyncZrpcProxy<Services> = unknown extends Services
  ? { readonly [service: string]: UntypedSyncRemote }
  : { readonly [Name in keyof Services]: SyncRemote<Services[Name]> };

/** What a connection writes; see the option `form` of `zrpc()`. */
type Form = "arguments" | "payload";

/** How long {@link SyncZrpcClient.list} waits for each service. */
const LIST_TIMEOUT_MS = 1000;

/**
 * Calls services by name and blocks until they have answered.
 *
 * ```ts
 * using client = new SyncZrpcClient<{ test_server: TestServer }>();
 * client.proxy.test_server.add(1, 2);
 * client.call("test_server", "add", [1], { named: { b: 2 }, timeoutMs: 500 });
 * ```
 */
export class SyncZrpcClient<Services = unknown> implements Disposable {
  /** `proxy.service.method(…)` calls it. */
  readonly proxy: SyncZrpcProxy<Services>;
  readonly #folder: string;
  readonly #options: SyncClientOptions;
  /** By what they write and the name of their service. */
  readonly #connections: Readonly<Record<Form, Map<string, SyncConnection>>> = {
    arguments: new Map(),
    payload: new Map(),
  };
  #open = true;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SyncZrpcClientOptions = {}) {
    const { socketDir, ...others } = options;
    this.#folder = socketFolder(socketDir);
    this.#options = others;
    // What is wrong with the options is said here and not at the first call.
    resolveOptions(others);
    this.proxy = this.#makeProxy({});
  }

  /** The folder in which services are looked for. */
  get socketDir(): string {
    return this.#folder;
  }

  /**
   * Calls a method of a service, which need not be there yet.
   *
   * @param args - in an array by position, in an object by name
   * @throws {RpcError} how the call ended
   * @throws {UsageError} `USAGE_NAME`, `USAGE_CLOSED`, `USAGE_ARGUMENTS`, `USAGE_STATE`
   */
  call(
    service: string,
    method: string,
    args: SyncArguments = [],
    options: SyncCallOptions = {},
    // oxlint-disable-next-line typescript/no-explicit-any -- as of UntypedSyncMethod
  ): any {
    return this.#connectionTo(service).call(method, args, options);
  }

  /**
   * Calls a method in the older form, which has one argument.
   *
   * @param timeoutMs - above 0. @default that of the client
   * @throws {RpcError} how the call ended
   * @throws {UsageError} as {@link SyncZrpcClient.call} does, and `USAGE_OPTION`
   */
  callPayload(
    service: string,
    method: string,
    payload: unknown = null,
    timeoutMs?: number,
    // oxlint-disable-next-line typescript/no-explicit-any -- as of UntypedSyncMethod
  ): any {
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    return this.#connectionTo(service, "payload").call(method, [payload], options);
  }

  /** All services and methods, with options for the calls made through them. */
  with(options: SyncCallOptions): SyncZrpcProxy<Services> {
    return this.#makeProxy(options);
  }

  /** The names of the services that answer. */
  list(service?: undefined, options?: Pick<SyncCallOptions, "timeoutMs">): readonly string[];
  /** The methods of a service, with documentation and parameters. */
  list(
    service: string,
    options?: Pick<SyncCallOptions, "timeoutMs">,
  ): Readonly<Record<string, MethodDescription>>;
  list(
    service?: string,
    options: Pick<SyncCallOptions, "timeoutMs"> = {},
  ): readonly string[] | Readonly<Record<string, MethodDescription>> {
    this.#checkOpen();
    if (service !== undefined) return inspect(this.#connectionTo(service), options).methods;
    const timeoutMs = bounded("timeoutMs", options.timeoutMs, LIST_TIMEOUT_MS);
    return socketNamesSync(this.#folder).filter((name) => this.#answers(name, timeoutMs));
  }

  /** Cancels what is open and closes. Calling it again does nothing. */
  close(): void {
    this.#open = false;
    for (const connections of Object.values(this.#connections)) {
      for (const connection of connections.values()) connection.close();
      connections.clear();
    }
  }

  /** The same as {@link SyncZrpcClient.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Asks with a connection of its own: none to a dead socket is kept up. */
  #answers(service: string, timeoutMs: number): boolean {
    const connection = this.#connect(service, "arguments");
    try {
      inspect(connection, { timeoutMs });
      return true;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      return false;
    } finally {
      connection.close();
    }
  }

  #connectionTo(service: string, form: Form = "arguments"): SyncConnection {
    this.#checkOpen();
    const connections = this.#connections[form];
    const known = connections.get(service);
    if (known !== undefined) return known;
    const connection = this.#connect(service, form);
    connections.set(service, connection);
    return connection;
  }

  #connect(service: string, form: Form): SyncConnection {
    const endpoint = `ipc://${socketPath(this.#folder, service)}`;
    const options = resolveOptions({ ...this.#options, dialect: { name: "zrpc", form } });
    return new SyncConnection(endpoint, options);
  }

  #makeProxy(options: SyncCallOptions): SyncZrpcProxy<Services> {
    return new Proxy(Object.create(null) as object, {
      get: (_, service) =>
        typeof service === "symbol" || service === "then"
          ? undefined
          : makeRemote((method, args) => this.call(service, method, args, options)),
    }) as SyncZrpcProxy<Services>;
  }

  #checkOpen(): void {
    if (!this.#open) throw new UsageError("USAGE_CLOSED", "the client is closed");
  }
}

function inspect(connection: SyncConnection, options: SyncCallOptions): ServiceDescription {
  return connection.ask({ type: "inspect", options }) as ServiceDescription;
}

/** The names of the sockets in a folder, dead ones included; none if there is no folder. */
function socketNamesSync(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isSocket())
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
