/**
 * Socket.IO with acknowledgements, over WebSocket alone. A stream is an event per item.
 *
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Server, type Socket } from "socket.io";
import { io } from "socket.io-client";
import type { Load, Peer, Serving } from "../contract.ts";

const MAX_BYTES = 16 * 1024 * 1024;
/** Items that are sent before the event loop turns. */
const BATCH = 1000;

type Acknowledge<Value> = (value: Value) => void;

async function streamTo(socket: Socket, count: number, ended: Acknowledge<number>): Promise<void> {
  for (let n = 0; n < count; n++) {
    socket.emit("item", n);
    if (n % BATCH === BATCH - 1) await nextTurn();
  }
  ended(count);
}

async function serve(): Promise<Serving> {
  const http = createServer();
  const server = new Server(http, {
    transports: ["websocket"],
    maxHttpBufferSize: MAX_BYTES,
    perMessageDeflate: false,
  });
  server.on("connection", (socket) => {
    socket.on("add", (a: number, b: number, answer: Acknowledge<number>) => answer(a + b));
    socket.on("echo", (body: Buffer, answer: Acknowledge<Buffer>) => answer(body));
    socket.on(
      "count",
      (to: number, ended: Acknowledge<number>) => void streamTo(socket, to, ended),
    );
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Socket.IO. */
export const peer: Peer = {
  title: "Socket.IO with acks",
  serve,
  connect: async (endpoint, events) => {
    const socket = io(endpoint, { transports: ["websocket"], reconnection: false });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    const answered = (): void => events.answered();
    let items = 0;
    socket.on("item", () => {
      items++;
    });
    const load: Load = {
      call: () => void socket.emit("add", 20, 22, answered),
      echo: (body) => void socket.emit("echo", body, answered),
      stream: async (count) => {
        items = 0;
        await socket.emitWithAck("count", count);
        return items;
      },
      check: async () => {
        const sum: unknown = await socket.emitWithAck("add", 20, 22);
        if (sum !== 42) throw new Error(`expected 42, got ${String(sum)}`);
      },
      close: async () => void socket.close(),
    };
    return load;
  },
};
