/**
 * Whole calls: `add(a, b)` through client, session, dialect, transport, socket and wire, and back.
 *
 * @module
 */

import { Client, Server } from "zerocall";
import type { Load, LoadEvents, Peer, Serving } from "../contract.ts";

class BenchService {
  add(a: number, b: number): number {
    return a + b;
  }

  echo(octets: Uint8Array): Uint8Array {
    return octets;
  }

  async *count(to: number): AsyncGenerator<number, void, void> {
    for (let n = 0; n < to; n++) yield n;
  }
}

async function serve(): Promise<Serving> {
  const server = new Server(new BenchService());
  return { endpoint: await server.bind("tcp://127.0.0.1:0"), close: () => server.close() };
}

class CallLoad implements Load {
  readonly #client: Client<BenchService>;
  readonly #answered: () => void;
  readonly #failed: (error: unknown) => void;

  constructor(endpoint: string, events: LoadEvents) {
    this.#client = new Client<BenchService>(endpoint);
    this.#answered = () => events.answered();
    this.#failed = (error) => events.failed(error);
  }

  call(): void {
    this.#client.add(20, 22).then(this.#answered, this.#failed);
  }

  echo(body: Uint8Array): void {
    this.#client.echo(body).then(this.#answered, this.#failed);
  }

  async stream(count: number): Promise<void> {
    let items = 0;
    for await (const _item of this.#client.count(count)) items++;
    if (items !== count) throw new Error(`expected ${count} items, got ${items}`);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** zerocall's calls. */
export const call: Peer = {
  title: "zerocall, whole calls",
  serve,
  connect: (endpoint, events) => Promise.resolve(new CallLoad(endpoint, events)),
};
