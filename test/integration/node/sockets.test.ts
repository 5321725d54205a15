/** What only real sockets show: endpoints, files, ports, readers that do not read. */

import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server } from "node:net";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Dealer, Pull, Push, Router, type SocketEvent } from "../../../src/node/zeromq.ts";
import { freshFolder } from "../../support/ipc.ts";
import { textOf } from "../../support/pipes.ts";
import { within } from "../../support/within.ts";

/** Binds one socket, connects another, and sees a message through. */
async function checkTalk(bound: string, connected: (real: string) => string): Promise<string> {
  await using pull = new Pull();
  const real = await pull.bind(bound);
  await using push = new Push();
  push.connect(connected(real));
  await push.send("hello");
  expect(textOf(await within(pull.receive(), "message"))).toEqual(["hello"]);
  expect(pull.lastEndpoint).toBe(real);
  expect(pull.endpoints).toEqual([real]);
  return real;
}

const interfaces = networkInterfaces();
/** Machines without IPv6, and those that call their loopback otherwise, have less to show. */
const hasIpv6 = Object.values(interfaces).some((all) =>
  all?.some(({ address }) => address === "::1"),
);
const loopback = Object.keys(interfaces).find((name) =>
  interfaces[name]?.some(({ address }) => address === "127.0.0.1"),
);

const portOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf(":") + 1);

async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("tcp", () => {
  const FORMS: readonly (readonly [string, RegExp, string])[] = [
    ["tcp://127.0.0.1:0", /^tcp:\/\/127\.0\.0\.1:\d+$/u, "127.0.0.1"],
    ["tcp://127.0.0.1:*", /^tcp:\/\/127\.0\.0\.1:\d+$/u, "localhost"],
    ["tcp://*:*", /^tcp:\/\/0\.0\.0\.0:\d+$/u, "127.0.0.1"],
    ["tcp://0:0", /^tcp:\/\/0\.0\.0\.0:\d+$/u, "127.0.0.1"],
    ["tcp://0.0.0.0:0", /^tcp:\/\/0\.0\.0\.0:\d+$/u, "0.0.0.0"],
    ["tcp://localhost:0", /^tcp:\/\/127\.0\.0\.1:\d+$/u, "localhost"],
    [`tcp://${loopback}:0`, /^tcp:\/\/127\.0\.0\.1:\d+$/u, "127.0.0.1"],
    ["tcp://[::1]:0", /^tcp:\/\/\[::1\]:\d+$/u, "[::1]"],
  ];
  test.each(FORMS.filter(([bound]) => hasIpv6 || !bound.includes("[")))(
    "%s is bound and says where",
    async (bound, real, host) => {
      expect(await checkTalk(bound, (at) => `tcp://${host}:${portOf(at)}`)).toMatch(real);
    },
  );

  test.runIf(hasIpv6)("* is bound for both versions of IP when ipv6 is on", async () => {
    await using pull = new Pull({ ipv6: true });
    const real = await pull.bind("tcp://*:0");
    expect(real).toMatch(/^tcp:\/\/\[::\]:\d+$/u);
    for (const host of ["127.0.0.1", "[::1]"]) {
      await using push = new Push();
      push.connect(`tcp://${host}:${portOf(real)}`);
      await push.send(host);
      expect(textOf(await within(pull.receive(), "message"))).toEqual([host]);
    }
  });

  test("a port in use is named", async () => {
    await using first = new Router();
    const endpoint = await first.bind("tcp://127.0.0.1:0");
    await using second = new Router();
    await expect(second.bind(endpoint)).rejects.toMatchObject({
      name: "TransportError",
      code: "TRANSPORT_ADDRESS_IN_USE",
      endpoint,
      message: `address already in use: ${endpoint}`,
      cause: { code: "EADDRINUSE" },
    });
    await first.unbind(endpoint);
    expect(await second.bind(endpoint)).toBe(endpoint);
  });

  test.each([
    ["tcp://no-such-host.invalid:0", "TRANSPORT_HOST_UNKNOWN"],
    ["tcp://192.0.2.1:0", "TRANSPORT_ADDRESS_NOT_AVAILABLE"],
  ])("%s cannot be bound: %s", async (endpoint, code) => {
    await using router = new Router();
    await expect(router.bind(endpoint)).rejects.toMatchObject({ code });
  });

  test("a wildcard cannot be connected, and a mistake is thrown at once", async () => {
    await using dealer = new Dealer();
    for (const endpoint of ["tcp://*:5555", "tcp://127.0.0.1:0", "ipc://*", "nonsense"]) {
      expect(() => dealer.connect(endpoint)).toThrow(
        expect.objectContaining({ code: "USAGE_ENDPOINT" }),
      );
    }
    expect(() => dealer.bind("tcp://127.0.0.1")).toThrow("expected");
  });

  test("a refused connection and one that speaks another protocol are told as events", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const refusing = await freePort();
    await using dealer = new Dealer();
    const failed = (type: SocketEvent["type"]): Promise<SocketEvent> =>
      new Promise((resolve) => {
        dealer.events.on("*", (event) => {
          if (event.type === type) resolve(event);
        });
      });
    const events = [failed("connect:retry"), failed("handshake:error:protocol")];
    const stopped = failed("connect:stopped");
    dealer.connect(`tcp://127.0.0.1:${refusing}`);
    dealer.connect(`tcp://127.0.0.1:${port}`);
    expect(await within(Promise.all(events), "events")).toMatchObject([
      { error: { code: "TRANSPORT_REFUSED", message: expect.stringContaining(`:${refusing}`) } },
      { error: { code: "ZMTP_NOT_ZMTP" } },
    ]);
    expect(await within(stopped, "end of the attempts")).toMatchObject({
      address: `tcp://127.0.0.1:${port}`,
    });
    server.close();
  });
});

test.each(["tcp", "ipc", ...(hasIpv6 ? ["tcp over IPv6"] : [])])(
  "a server that starts later is found over %s, and found again after a restart",
  async (transport) => {
    using folder = freshFolder();
    const endpoint = {
      tcp: `tcp://127.0.0.1:${await freePort()}`,
      "tcp over IPv6": `tcp://[::1]:${await freePort()}`,
      ipc: `ipc://${join(folder.path, "socket")}`,
    }[transport] as string;
    await using push = new Push({ reconnectInterval: 10 });
    push.connect(endpoint);
    for (const round of ["first", "second"]) {
      await using pull = new Pull();
      const come = new Promise((resolve) => {
        pull.events.on("handshake", resolve);
      });
      await pull.bind(endpoint);
      await within(come, "reconnect");
      await push.send(round);
      expect(textOf(await within(pull.receive(), round))).toEqual([round]);
      expect(pull.endpoints).toEqual([endpoint]);
      const gone = new Promise((resolve) => {
        push.events.on("disconnect", resolve);
      });
      await Promise.all([pull.close(), within(gone, "disconnect")]);
    }
  },
);

describe("ipc", () => {
  test("a path is bound, its file is there, and gone after unbind", async () => {
    using folder = freshFolder();
    const path = join(folder.path, "socket");
    await checkTalk(`ipc://${path}`, (real) => real);
    await using router = new Router();
    await router.bind(`ipc://${path}`);
    expect(existsSync(path)).toBe(true);
    await router.unbind(`ipc://${path}`);
    expect(existsSync(path)).toBe(false);
  });

  test("a fresh path is chosen for *, and removed", async () => {
    const real = await checkTalk("ipc://*", (at) => at);
    expect(real).toMatch(/^ipc:\/\/.+\/socket$/u);
    expect(existsSync(real.slice("ipc://".length))).toBe(false);
  });

  test.runIf(process.platform === "linux")("an abstract name leaves no file", async () => {
    const name = `@zerocall-test-${process.pid}`;
    expect(await checkTalk(`ipc://${name}`, (real) => real)).toBe(`ipc://${name}`);
    expect(existsSync(name)).toBe(false);
  });

  test("a file that a killed process left behind is replaced", async () => {
    using folder = freshFolder();
    const path = join(folder.path, "socket");
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("bound"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(path)).toBe(true);
    await checkTalk(`ipc://${path}`, (real) => real);
  });

  test("a socket that is alive is not stolen, and a file that is no socket is not removed", async () => {
    using folder = freshFolder();
    const path = join(folder.path, "socket");
    await using first = new Pull();
    await first.bind(`ipc://${path}`);
    await using second = new Pull();
    await expect(second.bind(`ipc://${path}`)).rejects.toMatchObject({
      code: "TRANSPORT_ADDRESS_IN_USE",
      message: expect.stringContaining("another socket is bound to it"),
    });
    await using push = new Push();
    push.connect(`ipc://${path}`);
    await push.send("still mine");
    expect(textOf(await within(first.receive(), "message"))).toEqual(["still mine"]);

    const file = join(folder.path, "file");
    writeFileSync(file, "precious");
    await expect(second.bind(`ipc://${file}`)).rejects.toMatchObject({
      message: expect.stringContaining("the file is no socket"),
    });
    expect(existsSync(file)).toBe(true);
  });

  test("a folder that is not there is named", async () => {
    using folder = freshFolder();
    await using pull = new Pull();
    const missing = join(folder.path, "missing");
    await expect(pull.bind(`ipc://${missing}/socket`)).rejects.toMatchObject({
      code: "TRANSPORT_ADDRESS_NOT_AVAILABLE",
      message: `expected the folder ${missing} to be there for ipc://${missing}/socket`,
    });
  });

  test("a path that is too long is refused with both lengths", async () => {
    await using pull = new Pull();
    const endpoint = `ipc:///${"x".repeat(200)}`;
    for (const verb of ["bind", "connect"] as const) {
      expect(() => pull[verb](endpoint)).toThrow(
        expect.objectContaining({
          code: "USAGE_ENDPOINT",
          message: expect.stringMatching(/expected a path of at most 10[37] octets, got 201/u),
        }),
      );
    }
  });
});

describe("a reader that does not read", () => {
  test("bounds what its sender keeps, and everything arrives when it reads again", async () => {
    await using pull = new Pull({ receiveHighWaterMark: 10 });
    const endpoint = await pull.bind("tcp://127.0.0.1:0");
    await using push = new Push({ sendHighWaterMark: 10 });
    push.connect(endpoint);
    const body = new Uint8Array(256 * 1024);
    let sent = 0;
    let total = 0;
    const sending = (async () => {
      for (; total < 400; total += 1) {
        await push.send(body);
        sent += 1;
      }
    })();
    for (let received = 0; received < 400; received += 1) {
      // Time for the sender to run ahead as far as it can.
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      // Two high-water marks and what the kernel holds between them.
      expect(sent - received).toBeLessThan(100);
      const [frame] = await within(pull.receive(), `message ${received}`);
      expect(frame?.length).toBe(body.length);
    }
    await within(sending, "end of sending");
    expect(sent).toBe(400);
  });

  test("a peer that never reads does not keep close waiting beyond linger", async () => {
    const server = createServer((socket) => socket.pause());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const push = new Push({ linger: 100 });
    push.connect(`tcp://127.0.0.1:${port}`);
    await push.send("never read");
    await within(push.close(), "close", 3000);
    expect(push.peerCount).toBe(0);
    server.close();
  });

  test("a peer that speaks another protocol gets no further", async () => {
    await using router = new Router();
    const endpoint = await router.bind("tcp://127.0.0.1:0");
    const failed = new Promise<SocketEvent>((resolve) => {
      router.events.on("handshake:error:protocol", resolve);
    });
    const socket = dial(Number(portOf(endpoint)), "127.0.0.1");
    socket.write("not-a-handshake");
    expect(await within(failed, "event")).toMatchObject({ error: { code: "ZMTP_NOT_ZMTP" } });
    socket.resume();
    await within(once(socket, "close"), "close");
    expect(router.peerCount).toBe(0);
  });

  test("a peer that vanishes is noticed at once", async () => {
    await using router = new Router();
    const endpoint = await router.bind("tcp://127.0.0.1:0");
    const gone = new Promise<SocketEvent>((resolve) => {
      router.events.on("handshake:error:other", resolve);
    });
    const socket = dial(Number(portOf(endpoint)), "127.0.0.1");
    await once(socket, "connect");
    socket.resetAndDestroy();
    expect(await within(gone, "event")).toMatchObject({ error: { code: "TRANSPORT_RESET" } });
  });
});

test("what was sent before close arrives, however large", async () => {
  await using pull = new Pull({ receiveHighWaterMark: 1 });
  const endpoint = await pull.bind("tcp://127.0.0.1:0");
  const push = new Push();
  push.connect(endpoint);
  for (let n = 0; n < 20; n += 1) await push.send(new Uint8Array(1024 * 1024).fill(n));
  const closing = push.close();
  for (let n = 0; n < 20; n += 1) {
    const [frame] = await within(pull.receive(), `message ${n}`);
    expect([frame?.length, frame?.at(-1)]).toEqual([1024 * 1024, n]);
  }
  await within(closing, "close");
});
