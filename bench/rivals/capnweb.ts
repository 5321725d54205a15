/**
 * Cap'n Web over WebSocket, with the `ws` package at both ends. A stream is a `ReadableStream`.
 *
 * @module
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocket, WebSocketServer } from "ws";
import type { Peer, Serving } from "../contract.ts";
import { type Calls, countItems, PromiseLoad } from "../promise-load.ts";

class Api extends RpcTarget {
  add(a: number, b: number): number {
    return a + b;
  }

  echo(body: Uint8Array): Uint8Array {
    return body;
  }

  count(to: number): ReadableStream<number> {
    let next = 0;
    return new ReadableStream<number>({
      pull: (controller) => {
        if (next < to) controller.enqueue(next++);
        else controller.close();
      },
    });
  }
}

// It wants the constants of the platform's WebSocket, which Node has from version 22 on.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

/** The `ws` package's sockets are those of browsers in all that is used of them. */
type Session = Parameters<typeof newWebSocketRpcSession>[0];

async function serve(): Promise<Serving> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    newWebSocketRpcSession(socket as unknown as Session, new Api());
  });
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

/** Cap'n Web. */
export const peer: Peer = {
  title: "Cap'n Web",
  serve,
  connect: async (endpoint, events) => {
    const socket = new WebSocket(endpoint);
    await once(socket, "open");
    const api = newWebSocketRpcSession<Api>(socket as unknown as Session);
    const calls: Calls = {
      add: (a, b) => api.add(a, b),
      echo: (body) => api.echo(body),
      count: async (to) => countItems(await api.count(to)),
      close: async () => api[Symbol.dispose](),
    };
    return new PromiseLoad(calls, events);
  },
};
