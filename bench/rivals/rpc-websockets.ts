/**
 * rpc-websockets: JSON-RPC 2.0 over WebSocket. It has no streams; octets travel as base64.
 *
 * @module
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Client, Server } from "rpc-websockets";
import type { Peer, Serving } from "../contract.ts";
import { type Calls, PromiseLoad } from "../promise-load.ts";

async function serve(): Promise<Serving> {
  const server = new Server({ port: 0, host: "127.0.0.1" });
  server.register("add", (parameters) => {
    const [a, b] = parameters as unknown as [number, number];
    return a + b;
  });
  server.register("echo", (parameters) => (parameters as unknown as [string])[0]);
  await once(server.wss, "listening");
  const { port } = server.wss.address() as AddressInfo;
  return { endpoint: `ws://127.0.0.1:${port}`, close: () => server.close() };
}

/** rpc-websockets. */
export const peer: Peer = {
  title: "rpc-websockets",
  serve,
  connect: async (endpoint, events) => {
    const client = new Client(endpoint, { reconnect: false });
    await new Promise<void>((resolve) => {
      client.on("open", () => resolve());
    });
    const calls: Calls = {
      add: (a, b) => client.call("add", [a, b]),
      echo: (body) =>
        client
          .call("echo", [Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64")])
          .then((text) => Buffer.from(String(text), "base64")),
      close: () => {
        client.close();
        return Promise.resolve();
      },
    };
    return new PromiseLoad(calls, events);
  },
};
