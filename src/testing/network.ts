/**
 * A network in memory: sockets listen and dial on it as they do on TCP, in virtual time.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Listening, Wire, WireTransport } from "../sockets/dialer.ts";
import { type Endpoint, formatEndpoint } from "../sockets/endpoint.ts";
import { type TransportCode, TransportError } from "../sockets/errors.ts";
import { Link, type LinkOptions } from "./link.ts";

/** Ports that a listener at port 0 gets follow this one. */
const FIRST_PORT = 49_152;

/** Wires inside one test. Endpoints of any scheme are names and nothing else. */
export class Network implements WireTransport {
  readonly #clock: Clock;
  readonly #options: LinkOptions;
  readonly #listeners = new Map<string, (wire: Wire) => void>();
  readonly #links: Link[] = [];
  #nextPort = FIRST_PORT;

  /** @param options - how every link behaves */
  constructor(clock: Clock, options: LinkOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  /** All links so far, oldest first, to freeze and to break. */
  get links(): readonly Link[] {
    return this.#links;
  }

  dial(endpoint: Endpoint, signal: AbortSignal): Promise<Wire> {
    const name = formatEndpoint(endpoint);
    const accept = this.#listeners.get(name);
    if (signal.aborted) {
      return failed("TRANSPORT_ABORTED", name, `expected a dial of ${name}, got one given up`);
    }
    if (accept === undefined) {
      return failed("TRANSPORT_REFUSED", name, `expected a listener at ${name}, got none`);
    }
    const link = new Link(this.#clock, { address: name, ...this.#options });
    this.#links.push(link);
    accept(link.right);
    return Promise.resolve(link.left);
  }

  listen(endpoint: Endpoint, accept: (wire: Wire) => void): Promise<Listening> {
    const bound = this.#withPort(endpoint);
    const name = formatEndpoint(bound);
    if (this.#listeners.has(name)) {
      const text = `expected ${name} to be free, got one that is bound`;
      return failed("TRANSPORT_ADDRESS_IN_USE", name, text);
    }
    this.#listeners.set(name, accept);
    return Promise.resolve({
      endpoint: name,
      close: () => {
        this.#listeners.delete(name);
        return Promise.resolve();
      },
    });
  }

  #withPort(endpoint: Endpoint): Endpoint {
    if (endpoint.scheme !== "tcp" || endpoint.port !== 0) return endpoint;
    this.#nextPort += 1;
    return { ...endpoint, port: this.#nextPort };
  }
}

function failed(code: TransportCode, endpoint: string, text: string): Promise<never> {
  return Promise.reject(new TransportError(code, text, { endpoint }));
}
