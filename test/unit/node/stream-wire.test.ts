import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { StreamWire } from "../../../src/node/stream-wire.ts";

const READ_BYTES = 64 * 1024;

/** A wire over a socket into which the test puts what the platform would have read. */
function wireOver(socket: Socket, heard: (wire: StreamWire) => void = () => {}, room?: Uint8Array) {
  const wire = new StreamWire(socket, "test");
  const received: number[] = [];
  wire.attach({
    received: (chunk) => {
      received.push(chunk.length);
      heard(wire);
    },
    ...(room !== undefined && { room }),
    drained: () => {},
    closed: () => {},
  });
  socket.pause();
  return { wire, received };
}

function read(socket: Socket, ...lengths: readonly number[]): void {
  for (const length of lengths) socket.push(new Uint8Array(length));
}

describe("a wire whose peer sends more than is read at once", () => {
  test("gives one reading a turn, so that the others have theirs", async () => {
    const socket = new Socket();
    const { wire, received } = wireOver(socket);
    read(socket, READ_BYTES, READ_BYTES, 10);
    wire.resume();
    await Promise.resolve();
    await nextTurn();
    expect(received).toEqual([READ_BYTES]);
    await nextTurn();
    expect(received).toEqual([READ_BYTES, READ_BYTES]);
    await nextTurn();
    expect(received).toEqual([READ_BYTES, READ_BYTES, 10]);
    socket.destroy();
  });

  test("is not read while its handler wants nothing, nor sooner when it wants something again", async () => {
    const socket = new Socket();
    const { wire, received } = wireOver(socket, (heard) => heard.pause());
    read(socket, READ_BYTES, READ_BYTES);
    wire.resume();
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    expect(received).toEqual([READ_BYTES]);
    wire.resume();
    await nextTurn();
    await nextTurn();
    expect(received).toEqual([READ_BYTES, READ_BYTES]);
    socket.destroy();
  });

  test("gives all of what belongs to one large body at once", async () => {
    const socket = new Socket();
    const { wire, received } = wireOver(socket, () => {}, new Uint8Array(1));
    read(socket, READ_BYTES, READ_BYTES, 10);
    wire.resume();
    await nextTurn();
    expect(received).toEqual([READ_BYTES, READ_BYTES, 10]);
    socket.destroy();
  });

  test("of little is given all at once", async () => {
    const socket = new Socket();
    const { wire, received } = wireOver(socket);
    read(socket, 10, 20, 30);
    wire.resume();
    await nextTurn();
    expect(received).toEqual([10, 20, 30]);
    socket.destroy();
  });
});
