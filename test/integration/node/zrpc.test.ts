/** Services by name, over real sockets in fresh folders. */

import { execFileSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { Reply } from "../../../src/node/zeromq.ts";
import { exposed, ZrpcClient, type ZrpcClientOptions, ZrpcServer } from "../../../src/node/zrpc.ts";
import { freshFolder } from "../../support/ipc.ts";
import { Gate, outcomeOf } from "../../support/rpc.ts";

class TestServer {
  func(arg: string, kwarg: string | null = null): unknown {
    return ["func", arg, kwarg];
  }
  hidden(): string {
    return "hidden";
  }
  static {
    exposed(this.prototype.func);
  }
}

const sums = { add: (a: number, b: number) => a + b };
const PATIENCE_MS = 10_000;
const clientIn = (socketDir: string, options: ZrpcClientOptions = {}): ZrpcClient =>
  new ZrpcClient({ socketDir, timeoutMs: PATIENCE_MS, ...options });

describe("services by name", () => {
  test("are named after their class and offer what is marked", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(new TestServer(), { socketDir: folder.path });
    await server.start();
    await using client = clientIn(folder.path);
    expect(server.name).toBe("test_server");
    expect(await client.call("test_server", "func", ["haha"], { named: { kwarg: "brt" } })).toEqual(
      ["func", "haha", "brt"],
    );
    expect(await client.callPayload("test_server", "func", { haha: "brt" })).toEqual([
      "func",
      { haha: "brt" },
      null,
    ]);
    expect(await client.proxy["test_server"]?.["func"]?.("x")).toEqual(["func", "x", null]);
    const hidden = await outcomeOf(client.call("test_server", "hidden"));
    expect(hidden).toMatchObject({ status: "unimplemented" });
  });

  test("are typed, and take options for calls through the proxy", async () => {
    using folder = freshFolder();
    const gate = new Gate();
    await using server = new ZrpcServer(
      { ...sums, wait: () => gate.pass() },
      { socketDir: folder.path, name: "sums" },
    );
    await server.start();
    await using client = new ZrpcClient<{ sums: typeof sums & { wait(): Promise<void> } }>({
      socketDir: folder.path,
    });
    const sum: number = await client.proxy.sums.add(1, 2);
    expect(sum).toBe(3);
    const late = await outcomeOf(client.with({ timeoutMs: 20 }).sums.wait());
    expect(late).toMatchObject({ status: "deadline_exceeded" });
    gate.open();
    expect(client.openCalls).toBe(0);
  });

  test("are a subclass of the server, listed methods, or a plain object", async () => {
    using folder = freshFolder();
    class HTTPThing extends ZrpcServer {
      hello(): string {
        return `hello from ${this.name}`;
      }
      static {
        exposed(this.prototype.hello);
      }
    }
    const options = { socketDir: folder.path };
    await using itself = new HTTPThing(undefined, options);
    await using listed = new ZrpcServer(new TestServer(), {
      ...options,
      name: "listed",
      methods: ["hidden"],
    });
    await Promise.all([itself.start(), listed.start()]);
    await using client = clientIn(folder.path);
    expect(await client.call("httpthing", "hello")).toBe("hello from httpthing");
    expect(Object.keys(await client.list("httpthing"))).toEqual(["hello"]);
    expect(Object.keys(await client.list("listed"))).toEqual(["hidden"]);
  });

  test("have to be marked, named and told who may call", () => {
    class Unmarked {
      method(): void {
        // Nobody said that it is offered.
      }
    }
    using folder = freshFolder();
    const options = { socketDir: folder.path };
    expect(() => new ZrpcServer(new Unmarked(), options)).toThrow(/marked by exposed/);
    expect(() => new ZrpcServer(sums, options)).toThrow(/expected a name/);
    expect(() => new ZrpcServer(sums, { ...options, name: "a/b" })).toThrow(/name of a service/);
    const access = "nobody" as "owner";
    expect(() => new ZrpcServer(sums, { ...options, name: "a", access })).toThrow(
      /"nobody"|nobody/,
    );
  });

  test("are listed if they answer, with their methods", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(sums, {
      socketDir: folder.path,
      name: "sums",
      describe: () => ({ doc: "Adds." }),
    });
    await server.start();
    await writeFile(join(folder.path, "file"), "");
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(join(folder.path, "mute"), resolve));
    await using client = clientIn(folder.path);
    expect(await client.list(undefined, { timeoutMs: 300 })).toEqual(["sums"]);
    mute.close();
    expect(await client.list("sums")).toEqual({
      add: {
        doc: "Adds.",
        parameters: [
          { name: "a", optional: false, rest: false },
          { name: "b", optional: false, rest: false },
        ],
      },
    });
    await using nowhere = clientIn(join(folder.path, "nowhere"));
    expect(await nowhere.list()).toEqual([]);
  });

  test("are found in the folder that the environment names", async () => {
    using folder = freshFolder();
    const before = process.env["ZRPC_SOCKET_DIR"];
    process.env["ZRPC_SOCKET_DIR"] = folder.path;
    try {
      await using client = new ZrpcClient();
      expect(client.socketDir).toBe(folder.path);
      expect(new ZrpcServer(sums, { name: "sums" }).path).toBe(join(folder.path, "sums"));
    } finally {
      if (before === undefined) delete process.env["ZRPC_SOCKET_DIR"];
      else process.env["ZRPC_SOCKET_DIR"] = before;
    }
  });

  test("take no calls when closed", async () => {
    using folder = freshFolder();
    const client = clientIn(folder.path);
    await client.close();
    await client.close();
    expect(() => client.call("sums", "add")).toThrow(/closed/);
    expect(() => client.proxy["sums"]).toThrow(/closed/);
    await expect(client.list()).rejects.toMatchObject({ code: "USAGE_CLOSED" });
    const server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    await server.close();
    await expect(server.start()).rejects.toMatchObject({ code: "USAGE_CLOSED" });
    await expect(server.runOnce(1)).rejects.toMatchObject({ code: "USAGE_CLOSED" });
    expect(() => server.register(new PassThrough(), () => undefined)).toThrow(/closed/);
  });
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe("sockets and folders", () => {
  test("are their owner's alone", async () => {
    using folder = freshFolder();
    const socketDir = join(folder.path, "deep", "zrpc");
    await using server = new ZrpcServer(sums, { socketDir, name: "sums" });
    await server.start();
    expect([await modeOf(socketDir), await modeOf(server.path)]).toEqual([0o700, 0o600]);
  });

  test("are everyone's when told so", async () => {
    using folder = freshFolder();
    const socketDir = join(folder.path, "zrpc");
    await using server = new ZrpcServer(sums, { socketDir, name: "sums", access: "everyone" });
    await server.start();
    expect([await modeOf(socketDir), await modeOf(server.path)]).toEqual([0o777, 0o777]);
  });

  test("keep the mode that they have", async () => {
    using folder = freshFolder();
    const socketDir = join(folder.path, "zrpc");
    await mkdir(socketDir);
    await chmod(socketDir, 0o755);
    await using server = new ZrpcServer(sums, { socketDir, name: "sums" });
    await server.start();
    expect([await modeOf(socketDir), await modeOf(server.path)]).toEqual([0o755, 0o600]);
  });

  test("are gone when the server is closed", async () => {
    using folder = freshFolder();
    const server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    await server.start();
    expect(await readdir(folder.path)).toEqual(["sums"]);
    await server.close();
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("belong to the first server of a name while it lives", async () => {
    using folder = freshFolder();
    const options = { socketDir: folder.path, name: "sums" };
    const first = new ZrpcServer(sums, options);
    await using second = new ZrpcServer(sums, options);
    await first.start();
    await expect(second.start()).rejects.toMatchObject({ code: "TRANSPORT_ADDRESS_IN_USE" });
    await using client = clientIn(folder.path);
    expect(await client.call("sums", "add", [1, 2])).toBe(3);
    await first.close();
    await second.start();
    expect(await client.call("sums", "add", [1, 3])).toBe(4);
  });

  test("cannot be made where a file is", async () => {
    using folder = freshFolder();
    await writeFile(join(folder.path, "file"), "");
    const socketDir = join(folder.path, "file");
    await using server = new ZrpcServer(sums, { socketDir, name: "sums" });
    await expect(server.start()).rejects.toMatchObject({
      code: expect.stringMatching(/^TRANSPORT_/) as unknown,
    });
    await using client = clientIn(socketDir);
    await expect(client.list()).rejects.toMatchObject({
      code: expect.stringMatching(/^TRANSPORT_/) as unknown,
    });
  });
});

describe("a call", () => {
  test("waits for its service and survives its restart", async () => {
    using folder = freshFolder();
    const options = { socketDir: folder.path, name: "service" };
    await using client = clientIn(folder.path);
    const call = client.call("service", "run", [1]);
    // A server that dies with a request in its hands.
    const dying = new Reply();
    await dying.bind(`ipc://${join(folder.path, "service")}`);
    const [request] = await dying.receive();
    await dying.close();
    await using server = new ZrpcServer({ run: (n: number) => `run ${n}` }, options);
    await server.start();
    expect(await call).toBe("run 1");
    expect(request?.[0]).toBe(0x94);
  });

  test("runs once however often it is sent", async () => {
    using folder = freshFolder();
    const gate = new Gate();
    let runs = 0;
    const wait = async (): Promise<number> => {
      const run = ++runs;
      await gate.pass();
      return run;
    };
    await using server = new ZrpcServer({ wait }, { socketDir: folder.path, name: "service" });
    await server.start();
    await using client = clientIn(folder.path, { retryTimeoutMs: 10 });
    const call = client.call("service", "wait");
    await using other = clientIn(folder.path);
    // Ten round trips of at least ten ms: requests were sent again meanwhile.
    for (let i = 0; i < 10; i++) {
      await other.list("service");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    gate.open();
    expect(await call).toBe(1);
    expect(runs).toBe(1);
  });
});

describe("events", () => {
  test("are handled one by one", async () => {
    using folder = freshFolder();
    let runs = 0;
    const service = { run: () => ++runs };
    await using server = new ZrpcServer(service, { socketDir: folder.path, name: "service" });
    expect(await server.runOnce(5)).toBe(false);
    await using client = clientIn(folder.path);
    const calls = [client.call("service", "run"), client.call("service", "run")];
    expect(await server.runOnce()).toBe(true);
    expect(await calls[0]).toBe(1);
    expect(runs).toBe(1);
    expect(await server.runOnce(PATIENCE_MS)).toBe(true);
    expect(await calls[1]).toBe(2);
    const third = client.call("service", "run");
    await server.start();
    expect(await third).toBe(3);
  });

  test("are streams that can be read, beside requests", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    const stream = new PassThrough();
    const seen: string[] = [];
    const registered = server.register(stream, () => {
      seen.push(String(stream.read(2)));
    });
    expect(registered).toBe(stream);
    expect(() => server.register(stream, () => undefined)).toThrow(/not registered yet/);
    stream.write("abcd");
    expect(await server.runOnce(PATIENCE_MS)).toBe(true);
    expect(seen).toEqual(["ab"]);
    // Half of it is left, so there is another event.
    expect(await server.runOnce(PATIENCE_MS)).toBe(true);
    expect(seen).toEqual(["ab", "cd"]);
    expect(await server.runOnce(5)).toBe(false);
    expect(server.unregister(stream)).toBe(true);
    expect(server.unregister(stream)).toBe(false);
    stream.write("ef");
    expect(await server.runOnce(5)).toBe(false);
    expect(stream.read()?.toString()).toBe("ef");
  });

  test("end with their stream", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    const stream = new PassThrough();
    const seen: (string | null)[] = [];
    server.register(stream, () => {
      seen.push((stream.read() as Buffer | null)?.toString() ?? null);
    });
    const ended = new Promise((resolve) => stream.once("end", resolve));
    await server.start();
    stream.end("last");
    await ended;
    expect(seen[0]).toBe("last");
    expect(server.unregister(stream)).toBe(false);
  });

  test("of descriptors come from a stream that wraps them", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    const path = join(folder.path, "pipe");
    execFileSync("mkfifo", [path]);
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const text = new Promise<string>((resolve) => {
      const stream = server.register(fd, () => {
        const data = stream.read() as Buffer | null;
        if (data !== null) resolve(data.toString());
      });
    });
    await server.start();
    await writeFile(path, "hello");
    expect(await text).toBe("hello");
  });

  test("of descriptors end with the descriptor or with its stream", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    const path = join(folder.path, "pipe");
    execFileSync("mkfifo", [path]);
    const open = (): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const first = open();
    const firstStream = server.register(first, () => undefined);
    expect(() => server.register(firstStream, () => undefined)).toThrow(/not registered yet/);
    expect(server.unregister(firstStream)).toBe(true);
    expect(server.unregister(first)).toBe(false);
    firstStream.destroy();
    const second = open();
    const secondStream = server.register(second, () => undefined);
    expect(server.unregister(second)).toBe(true);
    expect(server.unregister(secondStream)).toBe(false);
    secondStream.destroy();
  });

  test("of anything else are refused with the reason", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    const path = join(folder.path, "file");
    await writeFile(path, "text");
    const { open } = await import("node:fs/promises");
    const file = await open(path);
    const refusals: readonly [unknown, RegExp][] = [
      [file.fd, /is a file, which can always be read/],
      [1_000_000, /EBADF/],
      [{}, /got Object/],
      ["text", /got text/],
      [null, /got null/],
    ];
    for (const [source, reason] of refusals) {
      expect(() => server.register(source as number, () => undefined)).toThrow(reason);
    }
    await file.close();
    expect(() => server.register(new PassThrough(), undefined as never)).toThrow(
      "expected a function to call back, got undefined",
    );
  });

  test("that fail end the run that waits for them", async () => {
    using folder = freshFolder();
    const options = { socketDir: folder.path, name: "sums" };
    const stepped = new ZrpcServer(sums, options);
    const stream = new PassThrough();
    const fail = (): void => {
      throw new Error("callback failed");
    };
    stepped.register(stream, fail);
    stream.write("x");
    await expect(stepped.runOnce(PATIENCE_MS)).rejects.toThrow("callback failed");
    await stepped.close();

    const running = new ZrpcServer(sums, options);
    const other = new PassThrough();
    running.register(other, fail);
    const run = running.run();
    other.write("x");
    await expect(run).rejects.toThrow("callback failed");
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("go on until the server is closed", async () => {
    using folder = freshFolder();
    const server = new ZrpcServer(sums, { socketDir: folder.path, name: "sums" });
    const run = server.run();
    await using client = clientIn(folder.path);
    expect(await client.call("sums", "add", [1, 2])).toBe(3);
    await server.drain();
    await run;
    // Until the client has seen the end of the connection, a call is sent and waits for its answer.
    const last = (): Promise<unknown> =>
      outcomeOf(client.call("sums", "add", [1, 2], { timeoutMs: 50 }));
    await expect.poll(last, { timeout: 10_000 }).toMatchObject({ status: "unavailable" });
  });
});
