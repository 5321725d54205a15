/**
 * The ceiling: octets with a length in front over `node:net` and nothing else.
 *
 *     octets 0-3    size of the body, big-endian
 *     rest          body
 *
 * It writes in two ways: plainly, once per turn, and as well as we know.
 *
 * @module
 */

import { createServer, connect as dial, type Socket } from "node:net";
import { once } from "node:events";
import type { Load, LoadEvents, Peer, Serving } from "../contract.ts";
import { ITEM, RawLoad, wantedItems } from "./raw-load.ts";

const HEADER_BYTES = 4;
/** Up to here frames are joined before they are written, beyond it each is written as it is. */
const JOINED_BYTES = 64 * 1024;
/** How many items of a stream are written before the socket is asked whether it wants more. */
const STREAM_BATCH = 1024;
/** So many frames are the first that are written at once instead of at the end of the turn. */
const FLUSH_FRAMES = 32;
/** Larger bodies are written as they are instead of being copied. */
const COPIED_BYTES = 4 * 1024;

/** What goes out. */
interface Outbox {
  /** Queues a body. It leaves at the end of the turn at the latest. */
  send(body: Uint8Array): void;
  /** Writes what is queued and says whether the socket wants more. */
  flush(): boolean;
}

/** One write per turn, as plain as it can be written. */
class PlainOutbox implements Outbox {
  readonly #socket: Socket;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(body: Uint8Array): void {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32BE(body.length);
    if (this.#queue.length === 0) queueMicrotask(() => this.flush());
    this.#queue.push(header, body);
    this.#queuedBytes += HEADER_BYTES + body.length;
  }

  flush(): boolean {
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
  }
}

/**
 * Frames are put together in buffers that are used again, and written when {@link FLUSH_FRAMES} are
 * there, so that the peer works while this side still does; each further write of a turn takes twice
 * as many, and the rest leaves at the end of the turn.
 */
class SlabOutbox implements Outbox {
  readonly #socket: Socket;
  readonly #free: Buffer[] = [];
  #slab: Buffer = Buffer.allocUnsafe(JOINED_BYTES);
  #length = 0;
  #frames = 0;
  #flushFrames = FLUSH_FRAMES;
  #due = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(body: Uint8Array): void {
    if (body.length > COPIED_BYTES) {
      this.#sendLarge(body);
      return;
    }
    if (this.#length + HEADER_BYTES + body.length > JOINED_BYTES) this.flush();
    this.#slab.writeUInt32BE(body.length, this.#length);
    this.#slab.set(body, this.#length + HEADER_BYTES);
    this.#length += HEADER_BYTES + body.length;
    if (++this.#frames >= this.#flushFrames) {
      this.#flushFrames *= 2;
      this.flush();
    } else if (!this.#due) {
      this.#due = true;
      process.nextTick(this.#endOfTurn);
    }
  }

  readonly #endOfTurn = (): void => {
    this.#due = false;
    this.#flushFrames = FLUSH_FRAMES;
    this.flush();
  };

  #sendLarge(body: Uint8Array): void {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32BE(body.length);
    this.#socket.cork();
    this.flush();
    this.#socket.write(header);
    this.#socket.write(body);
    this.#socket.uncork();
  }

  flush(): boolean {
    if (this.#length > 0) {
      const slab = this.#slab;
      const octets = slab.subarray(0, this.#length);
      this.#length = 0;
      this.#frames = 0;
      this.#slab = this.#free.pop() ?? Buffer.allocUnsafe(JOINED_BYTES);
      this.#socket.write(octets, () => {
        this.#free.push(slab);
      });
    }
    return !this.#socket.writableNeedDrain;
  }
}

type OutboxOf = (socket: Socket) => Outbox;

/** Calls `received` with the body of every frame that comes. */
function readFrames(socket: Socket, received: (body: Uint8Array) => void): void {
  let partial: Buffer[] = [];
  let partialBytes = 0;
  let wantedBytes = HEADER_BYTES;
  socket.on("data", (chunk: Buffer) => {
    let octets = chunk;
    if (partialBytes > 0) {
      partial.push(chunk);
      partialBytes += chunk.length;
      if (partialBytes < wantedBytes) return;
      octets = Buffer.concat(partial, partialBytes);
    }
    let at = 0;
    wantedBytes = HEADER_BYTES;
    while (octets.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + octets.readUInt32BE(at);
      if (end > octets.length) {
        wantedBytes = end - at;
        break;
      }
      received(octets.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    partialBytes = octets.length - at;
    partial = partialBytes > 0 ? [octets.subarray(at)] : [];
  });
}

async function streamTo(socket: Socket, outbox: Outbox, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    outbox.send(ITEM);
    if (sent % STREAM_BATCH === 0 && !outbox.flush()) await once(socket, "drain");
  }
}

async function serve(outboxOf: OutboxOf): Promise<Serving> {
  const server = createServer((socket) => {
    const outbox = outboxOf(socket.setNoDelay(true));
    readFrames(socket, (body) => {
      const items = wantedItems(body);
      if (items === undefined) outbox.send(body);
      else void streamTo(socket, outbox, items);
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

async function connect(endpoint: string, events: LoadEvents, outboxOf: OutboxOf): Promise<Load> {
  const socket = dial(Number(endpoint), "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", (error) => events.failed(error));
  const outbox = outboxOf(socket.setNoDelay(true));
  const load = new RawLoad(
    events,
    (body) => outbox.send(body),
    async () => {
      socket.end();
      await once(socket, "close");
    },
  );
  readFrames(socket, () => load.received());
  return load;
}

function peerOf(title: string, outboxOf: OutboxOf): Peer {
  return {
    title,
    serve: () => serve(outboxOf),
    connect: (endpoint, events) => connect(endpoint, events, outboxOf),
  };
}

/** Length-prefixed octets over node:net, one write per turn. */
export const net: Peer = peerOf(
  "node:net echo, no RPC (the ceiling)",
  (socket) => new PlainOutbox(socket),
);

/** The same with a write per 32 frames and reused buffers. */
export const netSlab: Peer = peerOf(
  "node:net echo, our best way to write",
  (socket) => new SlabOutbox(socket),
);
