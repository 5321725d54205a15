/** Streams of octets that are nearly right, sent to libzmq and to the engine: who ends the connection? */

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Router } from "zeromq";
import { mutate } from "../../../fuzz/mutation.ts";
import { Random } from "../../../fuzz/random.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { ascii, closedBy, connection, frame, greeting, readyBody } from "../../support/zmtp.ts";

const STREAMS = 100;
const AT_ONCE = 25;
const GREETING_BYTES = 64;
const READY_BYTES = 30;
/** Time for libzmq to say its own part: it takes no message before. */
const STEP_MS = 150;
const PATIENCE_MS = 1000;

/**
 * Rules that libzmq does not check, such as the flags of frames, or an older form of which it speaks:
 * docs/protocols/zmtp.md has the table.
 */
const STRICTER = [
  "ZMTP_COMMAND_MALFORMED",
  "ZMTP_UNEXPECTED_MESSAGE",
  "ZMTP_RESERVED_FLAGS",
  "ZMTP_METADATA",
  "ZMTP_SOCKET_TYPE",
  "ZMTP_VERSION",
  "ZMTP_NOT_ZMTP",
];

function hello(socketType: string): Uint8Array {
  return joinOctets([greeting(), frame(4, readyBody(socketType))]);
}

const HONEST = [
  joinOctets([hello("DEALER"), frame(0, ascii("AB"))]),
  joinOctets([hello("REQ"), frame(1, ascii("")), frame(0, ascii("A"))]),
  joinOctets([hello("ROUTER"), frame(4, ascii("\u0004PING\0\0"))]),
  joinOctets([hello("DEALER"), Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 1, 0), new Uint8Array(256)]),
  joinOctets([hello("DEALER"), frame(1, ascii("A")), frame(0, ascii("B"))]),
];

function nearlyRight(seed: number): Uint8Array {
  const random = new Random(seed);
  const words = ["READY", "ERROR", "Socket-Type", "Identity", "PUB", "PING", "NULL"].map(ascii);
  const material = { words, other: () => random.pick(HONEST), maxBytes: 1500 };
  return mutate(random.pick(HONEST), random, material);
}

/** Whether libzmq ends the connection by itself. */
async function isEndedAt(port: number, octets: Uint8Array): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  socket.on("data", () => {});
  socket.on("error", () => {});
  await once(socket, "connect");
  for (const part of [
    octets.subarray(0, GREETING_BYTES),
    octets.subarray(GREETING_BYTES, GREETING_BYTES + READY_BYTES),
    octets.subarray(GREETING_BYTES + READY_BYTES),
  ]) {
    if (!socket.destroyed) socket.write(part);
    await sleep(STEP_MS);
  }
  for (let waited = 0; waited < PATIENCE_MS && !socket.destroyed; waited += STEP_MS) {
    await sleep(STEP_MS);
  }
  const byLibzmq = socket.destroyed;
  socket.destroy();
  return byLibzmq;
}

test("where libzmq ends a connection the engine does, and where it alone does it says why", async () => {
  const router = new Router({ linger: 0, maxMessageSize: 100_000 });
  await router.bind("tcp://127.0.0.1:*");
  const port = Number(router.lastEndpoint?.split(":").pop());
  const lenient: string[] = [];
  const strict: string[] = [];
  for (let seed = 0; seed < STREAMS; seed += AT_ONCE) {
    const streams = Array.from({ length: AT_ONCE }, (_, i) => nearlyRight(seed + i));
    const theirs = await Promise.all(streams.map((octets) => isEndedAt(port, octets)));
    for (const [at, octets] of streams.entries()) {
      const events = connection({ socketType: "ROUTER", maxMessageBytes: 100_000 }).receive(
        octets,
        0,
      );
      const [code] = closedBy(events) ?? [];
      if (theirs[at] === true && code === undefined) lenient.push(`seed ${seed + at}`);
      if (theirs[at] === false && code !== undefined) strict.push(code);
    }
  }
  router.close();
  expect(lenient).toEqual([]);
  expect(STRICTER).toEqual(expect.arrayContaining([...new Set(strict)]));
  expect(strict.length).toBeLessThan(STREAMS / 4);
}, 60_000);
