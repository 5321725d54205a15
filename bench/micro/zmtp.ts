/**
 * Frames per second of one ZMTP connection, without sockets: `node build/bench/micro/zmtp.js`.
 *
 * Each task handles what fits into 64 KiB, as one read or write of a busy connection does. The
 * figures count frames, so a message of two frames counts twice.
 *
 * @module
 */

import { Bench } from "tinybench";
import { Connection, nullMechanism } from "zerocall/zmtp";

const CHUNK_BYTES = 65_536;
/** What a network card hands over at most, without offloading. */
const SEGMENT_BYTES = 1448;
const LARGE_BYTES = 1024 * 1024;

/** A connection whose handshake is done. */
function established(): Connection {
  const options = { socketType: "DEALER", mechanism: nullMechanism } as const;
  const [made, peer] = [new Connection(options, 0), new Connection(options, 0)];
  for (let round = 0; round < 3; round++) {
    for (const chunk of peer.takeOutput()) made.receive(chunk, 0);
    for (const chunk of made.takeOutput()) peer.receive(chunk, 0);
  }
  return made;
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}

function cut(octets: Uint8Array, partBytes: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += partBytes)
    parts.push(octets.slice(at, at + partBytes));
  return parts;
}

const bench = new Bench({ time: 1000, warmupTime: 200 });
/** Frames that one run of a task handles. */
const framesOf = new Map<string, number>();

function add(name: string, frames: number, run: () => void): void {
  framesOf.set(name, frames);
  bench.add(name, run);
}

/** Adds the tasks for one kind of message. */
function addMessage(name: string, message: readonly Uint8Array[]): void {
  const [sender, receiver] = [established(), established()];
  let count = 0;
  while (sender.queuedBytes < CHUNK_BYTES - 1024) {
    sender.send(message);
    count += 1;
  }
  const chunk = join(sender.takeOutput());
  const segments = cut(chunk, SEGMENT_BYTES);
  const frames = count * message.length;
  add(`encode ${name}`, frames, () => {
    for (let i = 0; i < count; i++) sender.send(message);
    sender.takeOutput();
  });
  add(`decode ${name}`, frames, () => receiver.receive(chunk, 1));
  add(`decode ${name} in segments`, frames, () => {
    for (const segment of segments) receiver.receive(segment, 1);
  });
}

addMessage("5 octets", [new Uint8Array(5)]);
addMessage("30 octets", [new Uint8Array(30)]);
addMessage("delimiter and 100 octets", [new Uint8Array(0), new Uint8Array(100)]);
addMessage("1000 octets", [new Uint8Array(1000)]);

const [largeSender, largeReceiver] = [established(), established()];
const large = [new Uint8Array(LARGE_BYTES)];
largeSender.send(large);
const largeChunks = cut(join(largeSender.takeOutput()), CHUNK_BYTES);
add("encode 1 MiB", 1, () => {
  largeSender.send(large);
  largeSender.takeOutput();
});
add("decode 1 MiB in chunks", 1, () => {
  for (const chunk of largeChunks) largeReceiver.receive(chunk, 1);
});

await bench.run();
console.table(
  bench.tasks.map(({ name, result }) => {
    const perSecond = result.state === "completed" ? 1000 / result.latency.p50 : Number.NaN;
    const frames = perSecond * (framesOf.get(name) ?? 0);
    return { name, "frames/s": Math.round(frames).toLocaleString("en") };
  }),
);
