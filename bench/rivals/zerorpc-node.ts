/**
 * zerorpc for Node, 0.9.8, the last one. Its `zeromq` of 2018 has to be compiled; the present one with
 * its own layer for old programs, `zeromq/v5-compat`, takes its place.
 *
 * @module
 */

import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import type { Load, Peer, Serving } from "../contract.ts";

type Reply = (error: unknown, value?: unknown, more?: boolean) => void;

interface ZerorpcServer {
  bind(endpoint: string): void;
  on(event: "error", heard: (error: unknown) => void): void;
  close(): void;
}

interface ZerorpcClient {
  connect(endpoint: string): void;
  on(event: "error", heard: (error: unknown) => void): void;
  invoke(method: string, ...argumentsAndAnswer: unknown[]): void;
  close(): void;
}

interface Zerorpc {
  readonly Server: new (methods: object) => ZerorpcServer;
  readonly Client: new (options: { timeout: number }) => ZerorpcClient;
}

/** How long calls wait, in seconds. */
const TIMEOUT_SECONDS = 60;
/** Time for the connection to come about, which the client does not tell of, in ms. */
const CONNECT_MS = 300;
/** Items or the end of the stream are lost when nothing has come for so long, in ms. */
const STREAM_IDLE_MS = 500;

function load(): Zerorpc {
  const require = createRequire(import.meta.url);
  const compatible: unknown = require("zeromq/v5-compat");
  const present = require.cache[require.resolve("zeromq")];
  if (present !== undefined) present.exports = compatible;
  return require("zerorpc") as Zerorpc;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** It reads the names of parameters from a function's text, and knows only the word `function`. */
const methods = {
  add: function (a: number, b: number, reply: Reply) {
    reply(null, a + b);
  },
  echo: function (body: Buffer, reply: Reply) {
    reply(null, body);
  },
  count: function (to: number, reply: Reply) {
    for (let n = 0; n < to; n++) reply(null, n, true);
    reply(null, undefined, false);
  },
};

async function serve(): Promise<Serving> {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const server = new (load().Server)(methods);
  server.on("error", () => {});
  server.bind(endpoint);
  return { endpoint, close: async () => server.close() };
}

function stream(client: ZerorpcClient, to: number): Promise<number> {
  return new Promise((resolve) => {
    let items = 0;
    let before = -1;
    const done = (): void => {
      clearInterval(timer);
      resolve(items);
    };
    const timer = setInterval(() => {
      if (items === before) done();
      before = items;
    }, STREAM_IDLE_MS);
    client.invoke("count", to, (error: unknown, _value: unknown, more: boolean) => {
      if (more && !error) items++;
      else done();
    });
  });
}

/** zerorpc-node. */
export const peer: Peer = {
  title: "zerorpc-node",
  serve,
  connect: async (endpoint, events) => {
    const client = new (load().Client)({ timeout: TIMEOUT_SECONDS });
    client.connect(endpoint);
    client.on("error", (error) => events.failed(error));
    await new Promise((resolve) => {
      setTimeout(resolve, CONNECT_MS);
    });
    const answered = (error: unknown): void => {
      if (error) events.failed(error);
      else events.answered();
    };
    const made: Load = {
      call: () => client.invoke("add", 20, 22, answered),
      echo: (body) =>
        client.invoke("echo", Buffer.from(body.buffer, body.byteOffset, body.length), answered),
      stream: (count) => stream(client, count),
      check: () =>
        new Promise((resolve, reject) => {
          client.invoke("add", 20, 22, (error: unknown, sum: unknown) => {
            if (sum === 42) resolve();
            else reject(new Error(`expected 42, got ${String(error ?? sum)}`));
          });
        }),
      close: async () => client.close(),
    };
    return made;
  },
};
