/**
 * Binding and connecting to endpoints that may have to be resolved first, and taking back either by
 * the endpoint as it was given or as it became.
 *
 * @module
 */

import { isThenable } from "./pump.ts";
import type { RpcEvent } from "./rpc-event.ts";

/** What binds and connects once endpoints are known: a transport, or a socket. */
export interface EndpointTarget {
  bind(endpoint: string): Promise<string>;
  connect(endpoint: string): void;
  unbind(endpoint: string): Promise<void>;
  disconnect(endpoint: string): void;
}

/** What it takes to bind and to connect. */
export interface EndpointParts {
  readonly target: EndpointTarget;
  readonly resolveEndpoint: (endpoint: string) => string | Promise<string>;
  /** Hears what is bound and connecting. */
  readonly told: (event: RpcEvent) => void;
  /** Hears of an endpoint that cannot be resolved. */
  readonly unreachable: (endpoint: string, error: Error) => void;
  /** Asked again when an endpoint was resolved: the owner may have closed meanwhile. */
  readonly wanted: () => boolean;
}

/** The endpoints of a client, a server, a sender or a receiver. */
export class Endpoints {
  readonly #parts: EndpointParts;
  /** What was bound and connected, by the endpoint as it was given. */
  readonly #bound = new Map<string, string>();
  readonly #connected = new Map<string, string>();
  /** Endpoints that are being resolved, to be connected then. */
  readonly #resolving = new Set<string>();

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  /** Binds, and resolves with the real endpoint. */
  async bind(endpoint: string): Promise<string> {
    const { target, resolveEndpoint, told } = this.#parts;
    const bound = await target.bind(await resolveEndpoint(endpoint));
    this.#bound.set(endpoint, bound);
    told({ type: "bound", endpoint: bound });
    return bound;
  }

  /** Starts connecting; at once, where the endpoint needs no resolving. */
  connect(endpoint: string): void {
    const resolved = this.#parts.resolveEndpoint(endpoint);
    if (!isThenable(resolved)) this.#connect(endpoint, resolved);
    else {
      this.#resolving.add(endpoint);
      resolved
        .then((real) => {
          if (this.#resolving.delete(endpoint)) this.#connect(endpoint, real);
        })
        // What is resolved to no endpoint fails like what is not resolved at all.
        .catch((error: unknown) => {
          this.#resolving.delete(endpoint);
          const reason = error instanceof Error ? error : new Error(String(error));
          this.#parts.unreachable(endpoint, reason);
        });
    }
  }

  /** @throws {UsageError} `USAGE_ENDPOINT` when it is bound neither as given nor as it became */
  unbind(endpoint: string): Promise<void> {
    return this.#parts.target.unbind(take(this.#bound, endpoint));
  }

  /**
   * Ends a connection, or the attempt to resolve its endpoint.
   *
   * @returns the real endpoint
   * @throws {UsageError} `USAGE_ENDPOINT` when it is connected neither as given nor as it became
   */
  disconnect(endpoint: string): string {
    if (this.#resolving.delete(endpoint)) return endpoint;
    const real = take(this.#connected, endpoint);
    this.#parts.target.disconnect(real);
    return real;
  }

  #connect(endpoint: string, real: string): void {
    const { target, told, wanted } = this.#parts;
    if (!wanted()) return;
    target.connect(real);
    this.#connected.set(endpoint, real);
    told({ type: "connecting", endpoint: real });
  }
}

/** The real endpoint of one as it was given or became, which is forgotten. */
function take(known: Map<string, string>, endpoint: string): string {
  const real = known.get(endpoint) ?? endpoint;
  for (const [given, became] of known) if (became === real) known.delete(given);
  return real;
}
