/**
 * NATS request and reply, through a `nats-server` that the server half starts on a free port.
 *
 * Payloads are JSON, as in its documentation; a stream is a request whose items are published to its
 * reply subject, as NATS has no streams with credit outside of JetStream.
 *
 * @module
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { connect as dial, createInbox, type NatsConnection } from "@nats-io/transport-node";
import type { Peer, Serving } from "../contract.ts";
import { type Calls, PromiseLoad } from "../promise-load.ts";

const MAX_PAYLOAD = 8 * 1024 * 1024;
/** How long the server may take to say on which port it listens. */
const START_TIMEOUT_MS = 5000;
/** Items that are published before the service lets the connection flush. */
const BATCH = 1000;
const EMPTY = new Uint8Array(0);
/** A stream's end is lost together with its last items when nothing came for so long, in ms. */
const STREAM_IDLE_MS = 500;

interface Broker {
  readonly process: ChildProcess;
  readonly endpoint: string;
}

async function startBroker(folder: string): Promise<Broker> {
  const config = join(folder, "server.conf");
  await writeFile(
    config,
    `host: 127.0.0.1\nport: -1\nmax_payload: ${MAX_PAYLOAD}\nports_file_dir: "${folder}"\n`,
  );
  const process = spawn("nats-server", ["-c", config], { stdio: "ignore" });
  const endAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < endAt) {
    const file = (await readdir(folder)).find((name) => name.endsWith(".ports"));
    const ports =
      file &&
      (JSON.parse(await readFile(join(folder, file), "utf8").catch(() => "{}")) as {
        nats?: string[];
      });
    const endpoint = ports && ports.nats?.[0];
    if (endpoint) return { process, endpoint };
    await wait(20);
  }
  process.kill();
  throw new Error(`nats-server named no port within ${START_TIMEOUT_MS} ms`);
}

async function streamTo(connection: NatsConnection, reply: string, to: number): Promise<void> {
  for (let n = 0; n < to; n++) {
    connection.publish(reply, JSON.stringify(n));
    if (n % BATCH === BATCH - 1) await connection.flush();
  }
  connection.publish(reply, EMPTY);
}

async function serve(): Promise<Serving> {
  const folder = await mkdtemp(join(tmpdir(), "zerocall-bench-"));
  const broker = await startBroker(folder);
  const connection = await dial({ servers: broker.endpoint });
  connection.subscribe("add", {
    callback: (_error, message) => {
      const [a, b] = message.json<[number, number]>();
      message.respond(JSON.stringify(a + b));
    },
  });
  connection.subscribe("echo", {
    callback: (_error, message) => void message.respond(message.data),
  });
  connection.subscribe("count", {
    callback: (_error, message) => {
      void streamTo(connection, message.reply ?? "", message.json<number>());
    },
  });
  await connection.flush();
  return {
    endpoint: broker.endpoint,
    processes: broker.process.pid === undefined ? [] : [broker.process.pid],
    close: async () => {
      await connection.close();
      const ended = once(broker.process, "exit");
      broker.process.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function count(connection: NatsConnection, to: number): Promise<number> {
  return new Promise((resolve) => {
    const inbox = createInbox();
    let items = 0;
    let before = -1;
    const done = (): void => {
      clearInterval(timer);
      subscription.unsubscribe();
      resolve(items);
    };
    const timer = setInterval(() => {
      if (items === before) done();
      before = items;
    }, STREAM_IDLE_MS);
    const subscription = connection.subscribe(inbox, {
      callback: (_error, message) => {
        if (message.data.length === 0) done();
        else {
          message.json();
          items++;
        }
      },
    });
    connection.publish("count", JSON.stringify(to), { reply: inbox });
  });
}

/** NATS. */
export const peer: Peer = {
  title: "NATS request/reply",
  missing: () =>
    spawnSync("nats-server", ["--version"]).error === undefined
      ? undefined
      : "nats-server is not installed",
  serve,
  connect: async (endpoint, events) => {
    const connection = await dial({ servers: endpoint });
    const options = { timeout: 30_000 };
    const calls: Calls = {
      add: (a, b) =>
        connection.request("add", JSON.stringify([a, b]), options).then((answer) => answer.json()),
      echo: (body) => connection.request("echo", body, options).then((answer) => answer.data),
      count: (to) => count(connection, to),
      close: () => connection.close(),
    };
    return new PromiseLoad(calls, events);
  },
};
