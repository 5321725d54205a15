/**
 * Moleculer over its TCP transporter. Packets are JSON, its default, so octets travel as base64.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { type Context, ServiceBroker } from "moleculer";
import type { Peer, Serving } from "../contract.ts";
import { type Calls, countItems, PromiseLoad } from "../promise-load.ts";

const MAX_BYTES = 64 * 1024 * 1024;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function brokerOf(nodeID: string, port: number | null, urls: readonly string[]): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    logger: false,
    requestTimeout: 0,
    transporter: {
      type: "TCP",
      options: { udpDiscovery: false, port, urls: [...urls], maxPacketSize: MAX_BYTES },
    },
  });
}

async function serve(): Promise<Serving> {
  const port = await freePort();
  const broker = brokerOf("server", port, []);
  broker.createService({
    name: "bench",
    actions: {
      add: ({ params }: Context<{ a: number; b: number }>) => params.a + params.b,
      echo: ({ params }: Context<{ body: string }>) => params.body,
      count: ({ params }: Context<{ to: number }>) =>
        Readable.from(
          (function* () {
            for (let n = 0; n < params.to; n++) yield n;
          })(),
        ),
    },
  });
  await broker.start();
  return { endpoint: `127.0.0.1:${port}`, close: () => broker.stop() };
}

/** Moleculer. */
export const peer: Peer = {
  title: "Moleculer over TCP",
  serve,
  connect: async (endpoint, events) => {
    const broker = brokerOf("client", null, [`tcp://${endpoint}/server`]);
    await broker.start();
    await broker.waitForServices("bench", 10_000);
    const calls: Calls = {
      add: (a, b) => broker.call("bench.add", { a, b }),
      echo: async (body) => {
        const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64");
        return Buffer.from(
          await broker.call<string, { body: string }>("bench.echo", { body: text }),
          "base64",
        );
      },
      count: async (to) =>
        countItems(await broker.call<Readable, { to: number }>("bench.count", { to })),
      close: () => broker.stop(),
    };
    return new PromiseLoad(calls, events);
  },
};
