/**
 * Where sockets of one process find each other by name.
 *
 * Whoever connects before anybody is bound waits. The pipes between them are in `inproc-pipe.ts`.
 *
 * Spec: the manual page zmq_inproc(7).
 *
 * @module
 */

import { announcesIdentity, arePeers } from "../zmtp/socket-type.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import type { Listening } from "./dialer.ts";
import { TransportError } from "./errors.ts";
import { InprocPipe } from "./inproc-pipe.ts";
import type { ManagedPipe, Opening, PipeParts } from "./opening.ts";
import type { PeerInfo } from "./pipe.ts";

/** What a socket tells its peers of this process. */
export interface InprocIdentity {
  readonly socketType: SocketType;
  readonly routingId: Uint8Array;
  /** Further properties. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
}

/** A bound name. */
interface Listener {
  readonly identity: InprocIdentity;
  readonly accept: (opening: Opening) => void;
}

/** Somebody who connects to a name that is not bound. */
interface Dialler {
  readonly identity: InprocIdentity;
  readonly resolve: (opening: Opening) => void;
}

/** Where sockets of one process find each other by name. */
export class InprocHub {
  readonly #listeners = new Map<string, Listener>();
  readonly #diallers = new Map<string, Set<Dialler>>();

  /** Connects to a name, now or as soon as it is bound. Rejects with `TRANSPORT_ABORTED`. */
  dial(endpoint: string, identity: InprocIdentity, signal: AbortSignal): Promise<Opening> {
    return new Promise((resolve, reject) => {
      const listener = this.#listeners.get(endpoint);
      if (listener !== undefined) {
        resolve(meet(identity, listener));
        return;
      }
      const diallers = this.#diallers.get(endpoint) ?? new Set();
      this.#diallers.set(endpoint, diallers);
      const giveUp = (): void => {
        diallers.delete(dialler);
        if (diallers.size === 0) this.#diallers.delete(endpoint);
        reject(new TransportError("TRANSPORT_ABORTED", `given up: ${endpoint}`, { endpoint }));
      };
      const dialler: Dialler = {
        identity,
        resolve: (opening) => {
          signal.removeEventListener("abort", giveUp);
          resolve(opening);
        },
      };
      diallers.add(dialler);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Binds a name. Rejects with `TRANSPORT_ADDRESS_IN_USE`. */
  listen(
    endpoint: string,
    identity: InprocIdentity,
    accept: (opening: Opening) => void,
  ): Promise<Listening> {
    if (this.#listeners.has(endpoint)) {
      const text = `address already in use: ${endpoint}`;
      return Promise.reject(new TransportError("TRANSPORT_ADDRESS_IN_USE", text, { endpoint }));
    }
    const listener: Listener = { identity, accept };
    this.#listeners.set(endpoint, listener);
    const diallers = this.#diallers.get(endpoint) ?? [];
    this.#diallers.delete(endpoint);
    for (const dialler of diallers) dialler.resolve(meet(dialler.identity, listener));
    return Promise.resolve({
      endpoint,
      close: () => {
        if (this.#listeners.get(endpoint) === listener) this.#listeners.delete(endpoint);
        return Promise.resolve();
      },
    });
  }
}

/** Joins a connecting and a bound socket. */
function meet(identity: InprocIdentity, listener: Listener): Opening {
  const connected = new InprocEnd(identity);
  const bound = new InprocEnd(listener.identity);
  connected.join(bound);
  bound.join(connected);
  // Later, so that a socket that is being bound knows its endpoint by then.
  queueMicrotask(() => listener.accept(bound));
  return connected;
}

/** One of two ends, with or without a pipe. */
class InprocEnd implements Opening {
  readonly address = "";
  readonly identity: InprocIdentity;
  #other: InprocEnd | undefined;
  #pipe: InprocPipe | undefined;
  #discarded = false;

  constructor(identity: InprocIdentity) {
    this.identity = identity;
  }

  join(other: InprocEnd): void {
    this.#other = other;
  }

  adopt(parts: PipeParts): ManagedPipe {
    this.#pipe = new InprocPipe(parts, () => this.#started());
    return this.#pipe;
  }

  discard(): void {
    this.#discarded = true;
    this.#other?.peerGone();
  }

  peerGone(): void {
    this.#pipe?.peerGone();
  }

  /** Opens both pipes as soon as both are there. */
  #started(): void {
    const other = this.#other;
    if (this.#pipe === undefined || other === undefined) return;
    const opposite = other.#pipe;
    if (other.#discarded || opposite?.gone === true) {
      this.#pipe.peerGone();
      return;
    }
    if (opposite === undefined) return;
    if (!arePeers(this.identity.socketType, other.identity.socketType)) {
      this.#pipe.refuse(other.identity.socketType);
      opposite.refuse(this.identity.socketType);
      return;
    }
    this.#pipe.open(opposite, describe(other.identity));
    opposite.open(this.#pipe, describe(this.identity));
  }
}

const NO_ROUTING_ID = new Uint8Array(0);

function describe(identity: InprocIdentity): PeerInfo {
  const { socketType, metadata } = identity;
  const routingId = announcesIdentity(socketType) ? identity.routingId : NO_ROUTING_ID;
  const properties = new Map<string, Uint8Array>();
  for (const [name, value] of metadata) properties.set(name.toLowerCase(), value);
  properties.set("socket-type", new TextEncoder().encode(socketType));
  if (announcesIdentity(socketType)) properties.set("identity", routingId);
  return { socketType, routingId, metadata: properties, version: "inproc", address: "" };
}
