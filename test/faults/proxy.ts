/**
 * A wire that misbehaves: between a client and a real server, over real sockets.
 *
 *     client ── socket ── Proxy ── socket ── server
 *
 * It changes no octet and repeats none: what it lets through arrives once and in order, or, behind a
 * cut, not at all.
 *
 * @module
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { setImmediate, setTimeout } from "node:timers/promises";

/** Where to listen or to connect: a port of this host, or a path. */
type Place = { readonly port: number; readonly host: string } | { readonly path: string };

/** One connection through the proxy. */
interface Passage {
  readonly near: Socket;
  readonly far: Socket;
  /** The end of one side is not told to the other. */
  silent: boolean;
}

/** How octets pass. */
export interface Passing {
  /** They come that much later, in ms. */
  readonly delayMs?: number;
  /** They come in pieces of that many octets, a turn of the event loop apart. */
  readonly pieceOctets?: number;
}

/** Listens in front of a server. */
export class Proxy implements AsyncDisposable {
  readonly endpoint: string;
  readonly #listener: Server;
  readonly #passages = new Set<Passage>();
  #passing: Passing;
  #frozen = false;
  /** What waits while frozen, and how to send it. */
  #held: (() => void)[] = [];
  /** Connections that came so far. */
  accepted = 0;

  private constructor(listener: Server, endpoint: string, passing: Passing) {
    this.#listener = listener;
    this.endpoint = endpoint;
    this.#passing = passing;
  }

  /**
   * @param target - endpoint of the server, `tcp://` or `ipc://`
   * @param path - where to listen instead of a free port, for `ipc://`
   */
  static async before(target: string, passing: Passing = {}, path?: string): Promise<Proxy> {
    const listener = createServer({ allowHalfOpen: true });
    listener.listen(path === undefined ? { port: 0, host: "127.0.0.1" } : { path });
    await once(listener, "listening");
    const address = listener.address();
    const endpoint =
      typeof address === "object" && address !== null
        ? `tcp://127.0.0.1:${address.port}`
        : `ipc://${path ?? ""}`;
    const proxy = new Proxy(listener, endpoint, passing);
    const place = placeOf(target);
    listener.on("connection", (near: Socket) => proxy.#pass(near, place));
    return proxy;
  }

  /** Connections that are there. */
  get connections(): number {
    return this.#passages.size;
  }

  /** Nothing gets through any more, in either direction, and nobody is told: a cable is pulled. */
  freeze(): void {
    this.#frozen = true;
  }

  /** What was held goes on its way, in order. */
  resume(): void {
    this.#frozen = false;
    for (const send of this.#held.splice(0)) send();
  }

  /** Ends the server's side of the connections that are there; the client's stays, and is deaf. */
  halfOpen(): void {
    for (const passage of this.#passages) {
      passage.silent = true;
      passage.far.destroy();
    }
  }

  /** Ends both sides of the connections that are there with a FIN. What was under way is lost. */
  cut(): void {
    this.#held = [];
    for (const { near, far } of this.#passages) {
      near.destroy();
      far.destroy();
    }
  }

  /** Ends both sides with a RST. */
  reset(): void {
    for (const { near, far } of this.#passages) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  #pass(near: Socket, place: Place): void {
    this.accepted++;
    const far = connect({ ...place, allowHalfOpen: true });
    const passage = { near, far, silent: false };
    this.#passages.add(passage);
    this.#join(passage, near, far);
    this.#join(passage, far, near);
  }

  #join(passage: Passage, from: Socket, to: Socket): void {
    from.setNoDelay(true);
    let last: Promise<void> = Promise.resolve();
    /** What comes behind each other goes behind each other. */
    const next = (go: () => void | Promise<void>): void => {
      last = last.then(go);
    };
    from.on("error", () => {});
    from.on("data", (octets: Buffer) => {
      const dueAt = performance.now() + (this.#passing.delayMs ?? 0);
      this.#send(() => next(() => this.#write(octets, to, dueAt)));
    });
    from.once("end", () => this.#send(() => next(() => void to.end())));
    from.once("close", () => {
      if (from.readableAborted && !passage.silent) this.#send(() => void to.destroy());
      if (passage.near.destroyed && passage.far.destroyed) this.#passages.delete(passage);
    });
  }

  #send(send: () => void): void {
    if (this.#frozen) this.#held.push(send);
    else send();
  }

  async #write(octets: Buffer, to: Socket, dueAt: number): Promise<void> {
    const { delayMs, pieceOctets = octets.length } = this.#passing;
    if (delayMs !== undefined) await setTimeout(Math.max(0, dueAt - performance.now()));
    for (let at = 0; at < octets.length; at += pieceOctets) {
      if (at > 0) await setImmediate();
      to.write(octets.subarray(at, at + pieceOctets));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}

function placeOf(endpoint: string): Place {
  if (endpoint.startsWith("ipc://")) return { path: endpoint.slice("ipc://".length) };
  const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
  return { port: Number(port), host: hostname };
}
