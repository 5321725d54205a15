/**
 * Whole calls: `add(a, b)` through client, session, dialect, transport, socket and wire, and back.
 *
 * @module
 */

import { Client, Server } from "zerocall";
import type { Peer, Serving } from "../contract.ts";
import { countItems, PromiseLoad } from "../promise-load.ts";

/** What is called. */
export class BenchService {
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

/** zerocall's calls. */
export const call: Peer = {
  title: "zerocall",
  serve,
  connect: (endpoint, events) => {
    const client = new Client<BenchService>(endpoint);
    const calls = {
      add: (a: number, b: number) => client.add(a, b),
      echo: (body: Uint8Array) => client.echo(body),
      count: (to: number) => countItems(client.count(to)),
      close: () => client.close(),
    };
    return Promise.resolve(new PromiseLoad(calls, events));
  },
};
