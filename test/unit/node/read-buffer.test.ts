import { describe, expect, test } from "vitest";
import { ReadBuffer } from "../../../src/node/read-buffer.ts";

const COPIED = 16 * 1024;

/** Reads as a socket does: into what the option says, then tells how much, then asks again. */
class FakeSocket {
  readonly buffer = new ReadBuffer();
  readonly chunks: Uint8Array[] = [];
  room: Uint8Array | undefined = undefined;
  #target: Uint8Array;

  constructor() {
    const { onread } = this.buffer;
    this.#target = onread.buffer();
    this.buffer.attach({
      received: (chunk) => this.chunks.push(chunk),
      room: () => this.room,
    });
  }

  get target(): Uint8Array {
    return this.#target;
  }

  read(octets: Uint8Array): void {
    this.#target.set(octets);
    expect(this.buffer.onread.callback(octets.length, this.#target)).toBe(true);
    this.#target = this.buffer.onread.buffer();
  }
}

describe("a read buffer", () => {
  test("serves again when little was read, and what was read stays as it was", () => {
    const socket = new FakeSocket();
    const { target } = socket;
    socket.read(new Uint8Array(COPIED).fill(1));
    socket.read(new Uint8Array(10).fill(2));
    expect(socket.target.buffer).toBe(target.buffer);
    expect(socket.chunks.map((chunk) => [chunk.length, chunk[0], chunk.at(-1)])).toEqual([
      [COPIED, 1, 1],
      [10, 2, 2],
    ]);
  });

  test("goes with what was read when that is much", () => {
    const socket = new FakeSocket();
    const { target } = socket;
    socket.read(new Uint8Array(COPIED + 1).fill(1));
    socket.read(new Uint8Array(64 * 1024).fill(2));
    expect(socket.chunks[0]?.buffer).toBe(target.buffer);
    expect(socket.chunks.map((chunk) => [chunk.length, chunk[0], chunk.at(-1)])).toEqual([
      [COPIED + 1, 1, 1],
      [64 * 1024, 2, 2],
    ]);
    expect(new Set([target, ...socket.chunks].map((octets) => octets.buffer)).size).toBe(2);
  });

  test.each([5000, COPIED, COPIED + 1, 64 * 1024])(
    "has nobody hold more than four times of the %i octets that were read",
    (length) => {
      const socket = new FakeSocket();
      socket.read(new Uint8Array(length));
      expect(socket.chunks[0]?.length).toBe(length);
      expect(socket.chunks[0]?.buffer.byteLength).toBeLessThanOrEqual(4 * length);
    },
  );

  test("makes way for the place where the octets belong, as long as there is one", () => {
    const socket = new FakeSocket();
    const place = new Uint8Array(100_000);
    socket.room = place.subarray(5);
    socket.read(new Uint8Array(10).fill(1));
    socket.read(new Uint8Array(99_000).fill(2));
    const [, chunk] = socket.chunks;
    expect([chunk?.buffer, chunk?.byteOffset, chunk?.length]).toEqual([place.buffer, 5, 99_000]);
    socket.room = undefined;
    socket.read(new Uint8Array(7).fill(3));
    socket.read(new Uint8Array(7).fill(4));
    expect(socket.chunks.slice(2).map(([first]) => first)).toEqual([3, 4]);
    expect(place.subarray(5, 99_005).every((octet) => octet === 2 || octet === 3)).toBe(true);
  });
});
