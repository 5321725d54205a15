/** All five originals at once: their clients at one port of ours, and their servers with clients of ours. */

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonrpc } from "../../src/dialects/jsonrpc/dialect.ts";
import { multicall } from "../../src/dialects/multicall/dialect.ts";
import { json, msgpack, netcall, pickle } from "../../src/dialects/netcall/index.ts";
import { zerorpc } from "../../src/dialects/zerorpc/dialect.ts";
import { zrpc } from "../../src/dialects/zrpc/dialect.ts";
import { Client } from "../../src/node/client.ts";
import { Server } from "../../src/node/server.ts";
import { freshFolder } from "../support/ipc.ts";
import { JsonrpcPython, python as jsonrpcPython } from "../support/jsonrpc-python.ts";
import { MulticallPython, multicallPython } from "../support/multicall-python.ts";
import { NetcallPython, netcallPython } from "../support/netcall-python.ts";
import { outcomeOf } from "../support/rpc.ts";
import { python as zerorpcPython, PythonPeer } from "../support/zerorpc-python.ts";
import { python as zrpcPython, ZrpcPython } from "../support/zrpc-python.ts";

const ORIGINALS = [zerorpcPython, jsonrpcPython, netcallPython, zrpcPython, multicallPython];
const missing = ORIGINALS.flatMap((one) => ("missing" in one ? [one.missing] : []));
const why = missing.length === 0 ? "" : ` (skipped: ${missing.join("; ")})`;

/** How many of the clients are in one call at the same time before any of them is answered. */
const CLIENTS = 10;
const CALLS = 25;
const PATIENCE_MS = 60_000;

/** Answers once all clients have asked, so that no client can have come after another had left. */
class Meeting {
  readonly names = new Set<string>();
  #complete: () => void = () => undefined;
  readonly #completed = new Promise<void>((resolve) => {
    this.#complete = resolve;
  });

  readonly meet = async (name: string): Promise<number> => {
    this.names.add(name);
    if (this.names.size === CLIENTS) this.#complete();
    await this.#completed;
    return this.names.size;
  };
}

class Service {
  readonly #meeting: Meeting;

  constructor(meeting: Meeting) {
    this.#meeting = meeting;
  }

  meet(name: string): Promise<number> {
    return this.#meeting.meet(name);
  }

  echo(value: unknown): unknown {
    return value;
  }

  fail(message: string): never {
    throw new RangeError(message);
  }
}

/** What a test has opened, closed from the last to the first. Node 20 has no opened for it. */
class Opened implements AsyncDisposable {
  readonly #opened: AsyncDisposable[] = [];

  use<One extends AsyncDisposable>(one: One): One {
    this.#opened.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened.toReversed()) await one[Symbol.asyncDispose]();
  }
}

/** How an original client calls and what it tells of values and failures. */
interface Voice {
  readonly name: string;
  call(method: string, argument: unknown): Promise<unknown>;
  /** The text of a failure. */
  failure(message: string): Promise<string>;
}

/**
 * Carries octets from a socket in the folder to the port: the original zrpc knows no other sockets,
 * and ZMTP is the same over all.
 */
async function bridge(path: string, endpoint: string): Promise<AsyncDisposable> {
  const port = Number(new URL(endpoint.replace("tcp:", "http:")).port);
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  server.listen(path);
  await once(server, "listening");
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function zerorpcVoice(opened: Opened, endpoint: string): Promise<Voice> {
  const peer = opened.use(await PythonPeer.client({ timeout: 60, heartbeat: 5 }, endpoint));
  return {
    name: "zerorpc",
    call: async (method, argument) => (await peer.call(method, [argument])).value,
    failure: async (message) => String((await peer.call("fail", [message])).remote?.[1]),
  };
}

function jsonrpcVoice(opened: Opened, endpoint: string, kind: string): Voice {
  const peer = opened.use(new JsonrpcPython("call", kind, endpoint));
  return {
    name: `jsonrpc ${kind}`,
    call: async (method, argument) => (await peer.call(method, [argument]))["value"],
    failure: async (message) => String((await peer.call("fail", [message]))["rpc"]),
  };
}

async function netcallVoice(opened: Opened, endpoint: string, serializer: string): Promise<Voice> {
  const peer = opened.use(await NetcallPython.client(serializer, endpoint));
  return {
    name: `netcall ${serializer}`,
    call: async (method, argument) => (await peer.call(method, [argument], { timeout: 60 })).value,
    failure: async (message) => String((await peer.call("fail", [message])).evalue),
  };
}

function zrpcVoice(opened: Opened, folder: string, kind: string, name = kind): Voice {
  const peer = opened.use(new ZrpcPython("call", kind, folder, "0.5"));
  return {
    name: `zrpc ${name}`,
    call: async (method, argument) => (await peer.call("service", method, [argument])).value,
    failure: async (message) =>
      String((await peer.call("service", "fail", [message])).error?.join(": ")),
  };
}

async function multicallVoice(opened: Opened, endpoint: string): Promise<Voice> {
  const peer = opened.use(await MulticallPython.client(endpoint));
  const one = async (method: string, argument: unknown) =>
    (await peer.call([[method, [argument], {}]]))[0];
  return {
    name: "multicall",
    call: async (method, argument) => {
      const { value = "null" } = (await one(method, argument)) ?? {};
      return JSON.parse(value) as unknown;
    },
    failure: async (message) => String((await one("fail", message))?.message),
  };
}

describe.skipIf(missing.length > 0)(`the five originals${why}`, () => {
  test("have their clients served at one port at the same time", { timeout: 120_000 }, async () => {
    using folder = freshFolder();
    using own = freshFolder();
    await using opened = new Opened();
    const meeting = new Meeting();
    const netcallDialect = netcall({ serializers: [json(), msgpack(), pickle()] });
    const dialects = [zerorpc(), jsonrpc(), netcallDialect, zrpc(), multicall()];
    const server = opened.use(new Server(new Service(meeting), { dialects }));
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    await server.bind(`ipc://${join(own.path, "service")}`);
    opened.use(await bridge(join(folder.path, "service"), endpoint));

    const serializers = ["json", "msgpack", "pickle"];
    const voices = [
      await zerorpcVoice(opened, endpoint),
      jsonrpcVoice(opened, endpoint, "REQ"),
      jsonrpcVoice(opened, endpoint, "DEALER"),
      ...(await Promise.all(serializers.map((name) => netcallVoice(opened, endpoint, name)))),
      zrpcVoice(opened, folder.path, "sync"),
      zrpcVoice(opened, folder.path, "asyncio"),
      zrpcVoice(opened, own.path, "sync", "at a socket of the server's own"),
      await multicallVoice(opened, endpoint),
    ];

    const met = await Promise.all(voices.map((voice) => voice.call("meet", voice.name)));
    expect(met).toEqual(voices.map(() => CLIENTS));
    await Promise.all(
      voices.map(async ({ name, call, failure }) => {
        for (let n = 0; n < CALLS; n++) {
          const value = { of: name, n, snow: "\u2603", list: [null, true, 1.5, -7] };
          expect(await call("echo", value)).toEqual(value);
        }
        expect(await failure(`${name} asked for it`)).toContain(`${name} asked for it`);
        expect(await call("echo", name)).toBe(name);
      }),
    );
  });

  test("have their servers called from one process at the same time", async () => {
    using folder = freshFolder();
    await using opened = new Opened();
    const rep = opened.use(new JsonrpcPython("serve", "ROUTER", "tcp://127.0.0.1:*"));
    const unix = opened.use(new ZrpcPython("serve", "asyncio", folder.path, "interop"));
    const [python, pickled, many, jsonrpcEndpoint] = await Promise.all([
      PythonPeer.serve(),
      NetcallPython.serve("pickle"),
      MulticallPython.serve(3),
      rep.endpoint(),
      unix.heard("serving"),
    ]);
    for (const { peer } of [python, pickled, many]) opened.use(peer);
    const clients = [
      new Client(python.endpoint),
      new Client(jsonrpcEndpoint, { dialect: jsonrpc({ batches: false }) }),
      new Client(pickled.endpoint, { dialect: netcall({ serializers: [pickle()] }) }),
      new Client(`ipc://${join(folder.path, "interop")}`, { dialect: zrpc() }),
      new Client(many.endpoint, { dialect: multicall() }),
    ].map((client) => opened.use(client));

    await Promise.all(
      clients.map(async (client, index) => {
        const options = { timeoutMs: PATIENCE_MS };
        for (let n = 0; n < CALLS; n++) {
          expect(await client.call("add", [index, n], options)).toBe(index + n);
        }
        const failed = await outcomeOf(client.call("fail", [`no ${index}`], options));
        expect(failed).toMatchObject({ origin: "peer", message: `no ${index}` });
      }),
    );
  });
});
