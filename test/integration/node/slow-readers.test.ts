/** Peers that read slowly, or not at all. */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type Server as Listener, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { Client, Server } from "../../../src/node/index.ts";
import { StreamWire, WRITE_LIMIT_BYTES } from "../../../src/node/stream-wire.ts";
import { within } from "../../support/within.ts";
import { frame, opening } from "../../support/zmtp.ts";

const MIB = 1024 * 1024;
const LINGER_MS = 1500;

const sockets: Socket[] = [];
const listeners: Listener[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const listener of listeners.splice(0)) listener.close();
});

function portOf(listener: Listener): number {
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function dial(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

/** A wire over TCP and the socket of its peer, from which nothing is read yet. */
async function joined(): Promise<{ wire: StreamWire; peer: Socket }> {
  const listener = createServer({ highWaterMark: WRITE_LIMIT_BYTES, pauseOnConnect: true });
  listeners.push(listener);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const accepted = once(listener, "connection");
  const peer = dial(portOf(listener));
  const [socket] = (await accepted) as [Socket];
  sockets.push(socket);
  return { wire: new StreamWire(socket, "test"), peer };
}

async function readSome(peer: Socket, octets: number): Promise<void> {
  let read = 0;
  while (read < octets) {
    const chunk = peer.read() as Buffer | null;
    if (chunk === null) await once(peer, "readable");
    else read += chunk.length;
  }
}

test("a wire tells how much of one large chunk has not left, and ends behind all of it", async () => {
  const { wire, peer } = await joined();
  const closed = new Promise((resolve) => {
    wire.attach({ received: () => {}, drained: () => {}, closed: resolve });
  });
  const body = Buffer.alloc(40 * MIB);
  for (let at = 0; at < body.length; at += 4096) body.writeUInt32BE(at, at);
  expect(wire.write([Buffer.from("head"), body.subarray(0, 1), body.subarray(1)])).toBe(false);
  wire.end();
  const before = wire.unsentBytes;
  // The kernel has the rest.
  expect(before).toBeGreaterThan(20 * MIB);
  const parts: Buffer[] = [];
  peer.on("data", (part) => {
    parts.push(part);
    if (parts.reduce((sum, { length }) => sum + length, 0) > 15 * MIB) peer.pause();
  });
  await within(once(peer, "pause"), "15 MiB");
  const fallen = async (): Promise<void> => {
    while (wire.unsentBytes > before - 5 * MIB) await sleep(5);
  };
  await within(fallen(), "fall of what has not left");
  expect(wire.unsentBytes).toBeGreaterThan(0);
  peer.removeAllListeners("data");
  peer.on("data", (part) => parts.push(part));
  peer.resume();
  await within(once(peer, "end"), "end");
  expect(Buffer.concat(parts).equals(Buffer.concat([Buffer.from("head"), body]))).toBe(true);
  expect(await within(closed, "end of the wire")).toBe(undefined);
  expect(wire.unsentBytes).toBe(0);
});

test("a peer that reads nothing of its answer is cut, and keeps its place until then", async () => {
  await using server = new Server(
    { large: () => new Uint8Array(60 * MIB), small: () => "answer" },
    { idleTimeoutMs: 100, maxConnectionsPerAddress: 1, socket: { linger: LINGER_MS } },
  );
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  const greedy = dial(Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)));
  await once(greedy, "connect");
  const request = new MsgpackCodec().encode([{ message_id: "1", v: 3 }, "large", []]);
  greedy.write(opening("DEALER"));
  greedy.write(Buffer.concat([frame(1, new Uint8Array(0)), frame(0, request)]));
  await readSome(greedy, MIB);
  const start = performance.now();
  await using next = new Client(endpoint, {
    timeoutMs: 20_000,
    socket: { reconnectMaxInterval: 200 },
  });
  expect(await within(next.call("small"), "a place", 20_000)).toBe("answer");
  expect(performance.now() - start).toBeGreaterThan(LINGER_MS * 0.8);
  let rest = 0;
  greedy.on("data", (part) => (rest += part.length));
  greedy.resume();
  await within(once(greedy, "close"), "end of what the kernel has");
  expect(rest).toBeLessThan(55 * MIB);
}, 30_000);
