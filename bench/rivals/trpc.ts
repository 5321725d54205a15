/**
 * tRPC over WebSocket. A stream is a subscription; octets travel as base64, as its wire is JSON.
 *
 * @module
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocket, WebSocketServer } from "ws";
import type { Peer, Serving } from "../contract.ts";
import { type Calls, PromiseLoad } from "../promise-load.ts";

const trpc = initTRPC.create();

const router = trpc.router({
  add: trpc.procedure
    .input((input) => input as { a: number; b: number })
    .query(({ input }) => input.a + input.b),
  echo: trpc.procedure.input((input) => input as string).mutation(({ input }) => input),
  count: trpc.procedure
    .input((input) => input as number)
    .subscription(async function* ({ input }) {
      for (let n = 0; n < input; n++) yield n;
    }),
});

async function serve(): Promise<Serving> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  applyWSSHandler({ wss: server, router });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `ws://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

/** tRPC. */
export const peer: Peer = {
  title: "tRPC over WebSocket",
  serve,
  connect: async (endpoint, events) => {
    const socket = createWSClient({
      url: endpoint,
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    });
    const client = createTRPCClient<typeof router>({ links: [wsLink({ client: socket })] });
    const calls: Calls = {
      add: (a, b) => client.add.query({ a, b }),
      echo: async (body) => {
        const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64");
        return Buffer.from(await client.echo.mutate(text), "base64");
      },
      count: (to) =>
        new Promise((resolve, reject) => {
          let items = 0;
          client.count.subscribe(to, {
            onData: () => {
              items++;
            },
            onComplete: () => resolve(items),
            onError: reject,
          });
        }),
      close: () => socket.close(),
    };
    return new PromiseLoad(calls, events);
  },
};
