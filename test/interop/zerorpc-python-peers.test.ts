/**
 * The original zerorpc and ours as peers that live, beat, get busy, die and stand behind hubs.
 *
 * docs/interop.md says what was seen.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Client } from "../../src/node/client.ts";
import { Publisher, Puller, Pusher, Subscriber } from "../../src/node/one-way.ts";
import { Server, type ServerOptions } from "../../src/node/server.ts";
import { python, PythonPeer } from "../support/zerorpc-python.ts";
import { within } from "../support/within.ts";
import { kettle } from "./kettle.ts";

const missing = "missing" in python ? python.missing : undefined;
const title = missing === undefined ? "the original zerorpc" : `the original zerorpc (${missing})`;
const ANY = "@tcp://127.0.0.1:*";

describe.skipIf(missing !== undefined).concurrent(title, () => {
  describe.concurrent("heartbeats that do not match", () => {
    test.each([
      { theirs: 1, ours: 5, seconds: 12 },
      { theirs: 5, ours: 1, seconds: 12 },
      { theirs: null, ours: 1, seconds: 6 },
      { theirs: 0.5, ours: 0, seconds: 4 },
      { theirs: 1, ours: 1, seconds: 5, passive: true },
    ])(
      "a call of $seconds s survives with its client at $theirs s and our server at $ours s",
      async ({ theirs, ours, seconds, passive = false }) => {
        await using yard = new Yard();
        const { endpoint } = await yard.ourServer({ heartbeatMs: ours * 1000 });
        const options = { heartbeat: theirs, passive_heartbeat: passive };
        const peer = await PythonPeer.client(options, endpoint);
        yard.keep(peer);
        expect(await peer.call("slow", [seconds])).toMatchObject({ value: "slept" });
        expect(peer.warnings).toEqual([]);
      },
    );

    test.each([
      { theirs: 1, ours: 5, seconds: 6 },
      { theirs: 5, ours: 1, seconds: 12 },
      { theirs: 0.5, ours: 0, seconds: 4 },
      { theirs: "none" as const, ours: 0.5, seconds: 4 },
      { theirs: 0.5, ours: 0.5, seconds: 4, passive: true },
    ])(
      "a call of $seconds s survives with our client at $ours s and its server at $theirs s",
      async ({ theirs, ours, seconds, passive = false }) => {
        await using yard = new Yard();
        const { client } = await yard.theirServer(theirs, {
          heartbeatMs: ours * 1000,
          passiveHeartbeat: passive,
        });
        expect(await client.call("slow", [seconds])).toBe("slept");
      },
    );

    test("a stream with pauses longer than any interval survives", async () => {
      await using yard = new Yard();
      const { client } = await yard.theirServer(0.3, { heartbeatMs: 400 });
      const items: unknown[] = [];
      for await (const item of client.call("ticks", [1])) {
        items.push(item);
        if (items.length === 4) break;
      }
      const { endpoint } = await yard.ourServer({ heartbeatMs: 400 });
      const peer = await PythonPeer.client({ heartbeat: 0.3 }, endpoint);
      yard.keep(peer);
      expect((await peer.call("ticks", [1], { take: 4 })).items).toEqual(items);
    });
  });

  describe.concurrent("busy peers", () => {
    test("its server is busy for longer than two intervals and still answers our client", async () => {
      await using yard = new Yard();
      const { client } = await yard.theirServer(0.5, { heartbeatMs: 500 });
      expect(await client.call("block", [3])).toBe("blocked");
    });

    test("its server takes a stream of ours later, its pool being busy, and loses no credit", async () => {
      await using yard = new Yard();
      const { client } = await yard.theirServer(5, {}, 1);
      const slow = client.call("slow", [1]);
      const items: unknown[] = [];
      for await (const item of client.call("count", [250])) items.push(item);
      expect(items).toHaveLength(250);
      expect(await slow).toBe("slept");
    });

    test("a stream that its server pushes as fast as it can arrives whole", async () => {
      await using yard = new Yard();
      const { client } = await yard.theirServer();
      const streams = [1, 2, 3].map(async () => {
        let next = 0;
        for await (const item of client.call("count", [3000])) {
          expect(item).toBe(next++);
        }
        return next;
      });
      expect(await Promise.all(streams)).toEqual([3000, 3000, 3000]);
    });
  });

  describe.concurrent("peers that die", () => {
    test("a call ends at once when its server is killed", async () => {
      await using yard = new Yard();
      const { peer, client } = await yard.theirServer();
      const call = client.call("slow", [30]);
      await client.call("none");
      const startedAt = performance.now();
      peer.kill("SIGKILL");
      await expect(call).rejects.toMatchObject({ status: "unavailable", mayHaveRun: true });
      expect(performance.now() - startedAt).toBeLessThan(1000);
    });

    test("our server ends the calls of a killed client at once", async () => {
      await using yard = new Yard();
      const { server, endpoint } = await yard.ourServer({});
      const peer = await PythonPeer.client({}, endpoint);
      const calls = [peer.call("slow", [30]), peer.call("ticks", [0.01], { pause: 1 })];
      for (const call of calls) call.catch(() => undefined);
      await until(() => server.openCalls === 2);
      const startedAt = performance.now();
      peer.kill("SIGKILL");
      await until(() => server.openCalls === 0);
      expect(performance.now() - startedAt).toBeLessThan(1000);
    });

    test("its client notices within three intervals that our server was killed", async () => {
      await using yard = new Yard();
      const served = await yard.killableServer();
      const peer = await PythonPeer.client({ heartbeat: 1 }, served.endpoint);
      yard.keep(peer);
      const call = peer.call("slow", [30]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      served.kill();
      const { error, seconds } = await call;
      expect(error).toEqual(["LostRemote", "Lost remote after 2s heartbeat"]);
      expect(seconds).toBeLessThan(5);
    });

    test("our server gives up streams that its client has stopped reading", async () => {
      await using yard = new Yard();
      const { server, endpoint } = await yard.ourServer({ heartbeatMs: 300 });
      const beating = await PythonPeer.client({ heartbeat: 0.3 }, endpoint);
      const silent = await PythonPeer.client({ heartbeat: null }, endpoint);
      yard.keep(beating);
      yard.keep(silent);
      await beating.call("ticks", [0.02], { take: 3 });
      await silent.call("ticks", [0.02], { take: 3 });
      expect(server.openCalls).toBe(2);
      await until(() => server.openCalls === 0, 15_000);
    });
  });

  describe.concurrent("many peers", () => {
    test("our client spreads calls over its servers and goes on when one is killed", async () => {
      await using yard = new Yard();
      const { peer, endpoint, client } = await yard.theirServer();
      const other = await PythonPeer.serve();
      yard.keep(other.peer);
      client.connect(other.endpoint);
      await until(() => client.peerCount === 2);
      const pids = await Promise.all(Array.from({ length: 10 }, () => client.call("pid")));
      expect(new Set(pids)).toEqual(new Set([peer.pid, other.peer.pid]));
      peer.kill("SIGKILL");
      await until(() => client.peerCount === 1);
      expect(await client.call("pid")).toBe(other.peer.pid);
      client.disconnect(endpoint);
    });

    test("three of its clients call our server at once", async () => {
      await using yard = new Yard();
      const { endpoint } = await yard.ourServer({});
      const peers = await Promise.all([1, 2, 3].map(() => PythonPeer.client({}, endpoint)));
      for (const peer of peers) yard.keep(peer);
      const answers = await Promise.all(
        peers.map((peer, n) => peer.call("count", [100 * (n + 1)])),
      );
      expect(answers.map(({ items }) => items?.length)).toEqual([100, 200, 300]);
    });

    test("its servers are workers of a client of ours that is bound", async () => {
      await using yard = new Yard();
      await using client = new Client();
      const endpoint = await client.bind("tcp://127.0.0.1:0");
      const workers = [
        await PythonPeer.serve(5, "none", endpoint),
        await PythonPeer.serve(5, "none", endpoint),
      ];
      for (const { peer } of workers) yard.keep(peer);
      await until(() => client.peerCount === 2);
      const pids = await Promise.all(Array.from({ length: 6 }, () => client.call("pid")));
      expect(new Set(pids)).toEqual(new Set(workers.map(({ peer }) => peer.pid)));
    });

    test("our server is a worker of a client of its that is bound", async () => {
      await using yard = new Yard();
      const peer = await PythonPeer.client({}, "@tcp://127.0.0.1:0");
      yard.keep(peer);
      const { endpoint } = await peer.heard("bound");
      await using server = new Server(kettle);
      server.connect(String(endpoint));
      expect(await peer.call("add", [1, 2])).toMatchObject({ value: 3 });
      expect((await peer.call("count", [250])).items).toHaveLength(250);
    });
  });

  describe.concurrent("behind hubs", () => {
    test.each([1, 2])(
      "calls and streams pass %i hubs, whoever stands at the ends",
      async (hops) => {
        await using yard = new Yard();
        const { front, back } = await yard.hubs(hops);
        const theirs = await PythonPeer.serve(5, "none", back);
        yard.keep(theirs.peer);
        await using ours = new Client(front);
        const peer = await PythonPeer.client({}, front);
        yard.keep(peer);
        expect(await ours.call("add", [1, 2])).toBe(3);
        expect((await peer.call("add", [1, 2])).value).toBe(3);
        await theirs.peer[Symbol.asyncDispose]();

        await using server = new Server(kettle, { heartbeatMs: 300 });
        server.connect(back);
        const counted = await Promise.all([
          peer.call("count", [250]).then(({ items }) => items?.length),
          countOf(ours.call("count", [250])),
          countOf(ours.call("count", [120])),
          peer.call("slow", [1]).then(({ value }) => value),
          ours.call("slow", [1]),
        ]);
        expect(counted).toEqual([250, 250, 120, "slept", "slept"]);
      },
    );
  });

  describe.concurrent("events that nobody answers", () => {
    test("its puller takes what our pusher sends, and logs what fails", async () => {
      await using yard = new Yard();
      const peer = new PythonPeer("pull", "pull", "@tcp://127.0.0.1:0");
      yard.keep(peer);
      const { endpoint } = await peer.heard("bound");
      await using pusher = new Pusher(String(endpoint));
      await pusher.send("fail", ["went wrong"]);
      await pusher.send("no_such");
      await pusher.send("add", [1]);
      await pusher.send("note", ["☃", 1, null, { k: [true] }]);
      const { args } = await peer.heard("note");
      expect(args).toEqual(["☃", 1, null, { k: [true] }]);
      expect(peer.warnings.map((line) => line.split(":")[0])).toEqual([
        "ValueError",
        "NameError",
        "TypeError",
      ]);
    });

    test("our puller takes what its pusher sends", async () => {
      await using yard = new Yard();
      const { service, noted } = notebook();
      await using puller = new Puller(service);
      const endpoint = await puller.bind("tcp://127.0.0.1:0");
      const peer = new PythonPeer("push", "push", endpoint);
      yard.keep(peer);
      await peer.heard("ready");
      for (let n = 0; n < 20; n++) peer.write(["note", [n, "☃"]]);
      await until(() => noted.length === 20);
      expect(noted).toEqual(Array.from({ length: 20 }, (_, n) => [n, "☃"]));
    });

    test("publishers and subscribers hear each other in both directions", async () => {
      await using yard = new Yard();
      await using publisher = new Publisher();
      const endpoint = await publisher.bind("tcp://127.0.0.1:0");
      const listener = new PythonPeer("pull", "sub", endpoint);
      yard.keep(listener);
      await until(async () => {
        await publisher.send("note", ["news"]);
        return listener.told("note").length > 0;
      });
      expect(listener.told("note")[0]).toMatchObject({ args: ["news"] });

      const { service, noted } = notebook();
      const speaker = new PythonPeer("push", "pub", "@tcp://127.0.0.1:0");
      yard.keep(speaker);
      const { endpoint: theirs } = await speaker.heard("bound");
      await using subscriber = new Subscriber(service);
      subscriber.connect(String(theirs));
      await until(() => {
        speaker.write(["note", ["tidings"]]);
        return noted.length > 0;
      });
      expect(noted[0]).toEqual(["tidings"]);
    });
  });

  describe.concurrent("its command", () => {
    test("lists, describes and calls our server", async () => {
      await using yard = new Yard();
      const { endpoint } = await yard.ourServer({ describe: describeAdd });
      const run = (...args: readonly string[]): Promise<string> => command(...args);
      const list = await run(endpoint);
      expect(list).toMatch(/^\[Kettle\]\nadd +Add two numbers\.\n/);
      expect(list).toMatch(/^concat +<undocumented>$/m);
      expect(await run("-?", endpoint)).toContain("\nconcat(a, b, sep=-)\n");
      expect(await run("-?", endpoint, "add")).toBe("[Kettle]\nadd(a, b)\n\nAdd two numbers.\n\n");
      expect(await run("-j", endpoint, "add", "1", "2")).toBe("3\n");
      expect(await run("-pj", "-j", endpoint, "count", "3")).toContain("[0,1,2]");
      expect(await run("--active-hb", "-j", endpoint, "count", "3")).toBe("0\n1\n2\n");
    });
  });
});

function describeAdd(method: string): { doc: string } | undefined {
  return method === "add" ? { doc: "Add two numbers." } : undefined;
}

/** Everything that one test starts; it ends with the test. */
class Yard {
  readonly #kept: AsyncDisposable[] = [];

  keep<T extends AsyncDisposable>(one: T): T {
    this.#kept.push(one);
    return one;
  }

  async ourServer(
    options: ServerOptions,
  ): Promise<{ readonly server: Server; readonly endpoint: string }> {
    const server = this.keep(new Server(kettle, { name: "Kettle", ...options }));
    return { server, endpoint: await server.bind("tcp://127.0.0.1:0") };
  }

  async theirServer(
    heartbeat: number | "none" = 5,
    options: Readonly<Record<string, unknown>> = {},
    poolSize: number | "none" = "none",
  ): Promise<{ readonly peer: PythonPeer; readonly endpoint: string; readonly client: Client }> {
    const { peer, endpoint } = await PythonPeer.serve(heartbeat, poolSize);
    this.keep(peer);
    return { peer, endpoint, client: this.keep(new Client(endpoint, options)) };
  }

  /** A server of ours in a process of its own. */
  async killableServer(): Promise<{ readonly endpoint: string; kill(): void }> {
    const built = JSON.stringify(import.meta.resolve("zerocall"));
    const program = `import { Server } from ${built};
const server = new Server({ slow: (s) => new Promise((resolve) => setTimeout(resolve, s * 1000)) });
console.log(await server.bind("tcp://127.0.0.1:0"));`;
    const args = ["--input-type=module", "--eval", program];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const kill = (): void => void child.kill("SIGKILL");
    this.keep({
      async [Symbol.asyncDispose]() {
        kill();
      },
    });
    const [line] = (await within(once(child.stdout, "data"), "endpoint of a server")) as [Buffer];
    return { endpoint: line.toString().trim(), kill };
  }

  /** Hubs in a row, and their two ends. */
  async hubs(count: number): Promise<{ readonly front: string; readonly back: string }> {
    let front = "";
    let back = "";
    for (let n = 0; n < count; n++) {
      const hub = this.keep(new PythonPeer("hub", n === 0 ? ANY : back, ANY));
      await hub.heard("ready");
      if (n === 0) front = String((await hub.heard("front"))["endpoint"]);
      back = String((await hub.heard("back"))["endpoint"]);
    }
    return { front, back };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#kept.map((one) => one[Symbol.asyncDispose]()));
  }
}

/** Runs the original's own command and resolves with its output. */
async function command(...args: readonly string[]): Promise<string> {
  const peer = new PythonPeer("command", ...args);
  if ((await peer.exit()) !== 0) throw new Error(peer.stderr);
  return peer.text();
}

function notebook(): {
  readonly service: { note(...args: unknown[]): void };
  readonly noted: unknown[][];
} {
  const noted: unknown[][] = [];
  return { service: { note: (...args) => void noted.push(args) }, noted };
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const item of items) {
    expect(item).toBe(count);
    count++;
  }
  return count;
}

/** Waits for something that another process does; every wait has an end. */
async function until(
  condition: () => boolean | Promise<boolean>,
  ms: number = 10_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${condition.toString()} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
