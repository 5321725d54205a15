/**
 * The ceiling: octets with a length in front over `node:net`, one write per turn, nothing else.
 *
 *     octets 0-3    size of the body, big-endian
 *     rest          body
 *
 * @module
 */

import { createServer, connect as dial, type Socket } from "node:net";
import { once } from "node:events";
import type { LoadEvents, Peer, Serving } from "../contract.ts";
import { ITEM, RawLoad, wantedItems } from "./raw-load.ts";

const HEADER_BYTES = 4;
/** Up to here frames are joined before they are written, beyond it each is written as it is. */
const JOINED_BYTES = 64 * 1024;
/** How many items of a stream are written before the socket is asked whether it wants more. */
const STREAM_BATCH = 1024;

/** Frames both ways over one socket, as plain as it can be written. */
class FramedSocket {
  readonly #socket: Socket;
  readonly #received: (body: Uint8Array) => void;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #wantedBytes = HEADER_BYTES;

  constructor(socket: Socket, received: (body: Uint8Array) => void) {
    this.#socket = socket.setNoDelay(true);
    this.#received = received;
    socket.on("data", (chunk) => this.#take(chunk));
  }

  /** Queues a body; everything queued in a turn leaves in one write. */
  send(body: Uint8Array): void {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32BE(body.length);
    if (this.#queue.length === 0) queueMicrotask(this.flush);
    this.#queue.push(header, body);
    this.#queuedBytes += HEADER_BYTES + body.length;
  }

  /** Writes what is queued and says whether the socket wants more. */
  readonly flush = (): boolean => {
    const frames = this.#queue;
    const bytes = this.#queuedBytes;
    if (bytes === 0) return true;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (bytes <= JOINED_BYTES) return this.#socket.write(Buffer.concat(frames, bytes));
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
    return !this.#socket.writableNeedDrain;
  };

  #take(chunk: Buffer): void {
    let octets = chunk;
    if (this.#partialBytes > 0) {
      this.#partial.push(chunk);
      this.#partialBytes += chunk.length;
      if (this.#partialBytes < this.#wantedBytes) return;
      octets = Buffer.concat(this.#partial, this.#partialBytes);
    }
    let at = 0;
    this.#wantedBytes = HEADER_BYTES;
    while (octets.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + octets.readUInt32BE(at);
      if (end > octets.length) {
        this.#wantedBytes = end - at;
        break;
      }
      this.#received(octets.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#partialBytes = octets.length - at;
    this.#partial = this.#partialBytes > 0 ? [octets.subarray(at)] : [];
  }
}

async function streamTo(socket: Socket, framed: FramedSocket, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    framed.send(ITEM);
    if (sent % STREAM_BATCH === 0 && !framed.flush()) await once(socket, "drain");
  }
}

async function serve(): Promise<Serving> {
  const server = createServer((socket) => {
    const framed = new FramedSocket(socket, (body) => {
      const items = wantedItems(body);
      if (items === undefined) framed.send(body);
      else void streamTo(socket, framed, items);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a tcp address");
  return {
    endpoint: String(address.port),
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

async function connect(endpoint: string, events: LoadEvents): Promise<RawLoad> {
  const socket = dial(Number(endpoint), "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", (error) => events.failed(error));
  const framed = new FramedSocket(socket, () => load.received());
  const load = new RawLoad(
    events,
    (body) => framed.send(body),
    async () => {
      socket.end();
      await once(socket, "close");
    },
  );
  return load;
}

/** Length-prefixed octets over node:net. */
export const net: Peer = { title: "node:net framed echo (the ceiling)", serve, connect };
