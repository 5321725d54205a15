import { expect, test } from "vitest";
import { COPY_LIMIT_BYTES, FrameEncoder } from "../../../src/zmtp/frame-encoder.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { ascii, hex } from "../../support/zmtp.ts";

test("gathers small frames into one piece", () => {
  const encoder = new FrameEncoder();
  encoder.octets(hex("ff 7f"));
  encoder.frame(1, new Uint8Array(0));
  encoder.frame(0, ascii("hi"));
  expect(encoder.queuedBytes).toBe(8);
  expect(encoder.take()).toEqual([hex("ff 7f 01 00 00 02 68 69")]);
  expect(encoder.queuedBytes).toBe(0);
  expect(encoder.take()).toEqual([]);
});

test("copies up to the limit and keeps larger bodies as views", () => {
  const encoder = new FrameEncoder();
  const small = new Uint8Array(COPY_LIMIT_BYTES).fill(1);
  const large = new Uint8Array(COPY_LIMIT_BYTES + 1).fill(2);
  encoder.frame(0, small);
  encoder.frame(1, large);
  encoder.frame(0, small);
  expect(encoder.queuedBytes).toBe(3 * 9 + 2 * small.length + large.length);
  const pieces = encoder.take();
  expect(pieces).toHaveLength(3);
  expect(pieces[1]).toBe(large);
  small.fill(9);
  expect(joinOctets(pieces)).toEqual(
    joinOctets([
      hex("02 00 00 00 00 00 00 10 00"),
      new Uint8Array(COPY_LIMIT_BYTES).fill(1),
      hex("03 00 00 00 00 00 00 10 01"),
      large,
      hex("02 00 00 00 00 00 00 10 00"),
      new Uint8Array(COPY_LIMIT_BYTES).fill(1),
    ]),
  );
});

test("copies the small pieces of a body and keeps its large ones as views", () => {
  const large = new Uint8Array(COPY_LIMIT_BYTES + 1).fill(2);
  const body = [hex("07"), large, new Uint8Array(0), hex("08 09")];
  const encoder = new FrameEncoder();
  encoder.frame(0, body);
  expect(encoder.queuedBytes).toBe(9 + large.length + 3);
  const pieces = encoder.take();
  expect(pieces[1]).toBe(large);
  const plain = new FrameEncoder();
  plain.frame(0, joinOctets(body));
  expect(joinOctets(pieces)).toEqual(joinOctets(plain.take()));
});

test("never writes again where it has handed something out", () => {
  const encoder = new FrameEncoder();
  const taken: [Uint8Array, Uint8Array][] = [];
  for (let i = 0; i < 5000; i++) {
    encoder.frame(0, new Uint8Array(i % 700).fill(i));
    if (i % 3 === 0) for (const piece of encoder.take()) taken.push([piece, piece.slice()]);
  }
  for (const [piece, copy] of taken) expect(Buffer.compare(piece, copy)).toBe(0);
});

test("gathers a burst into few pieces", () => {
  const encoder = new FrameEncoder();
  for (let i = 0; i < 10_000; i++) encoder.frame(0, new Uint8Array(98));
  expect(encoder.queuedBytes).toBe(1_000_000);
  expect(encoder.take().length).toBeLessThan(20);
});

test("gives a large slab back after a burst", () => {
  const encoder = new FrameEncoder();
  for (let i = 0; i < 1000; i++) encoder.frame(0, new Uint8Array(98));
  encoder.take();
  const bytesOfSlab = (): number => {
    encoder.frame(0, ascii("x"));
    return encoder.take()[0]?.buffer.byteLength ?? 0;
  };
  expect(bytesOfSlab()).toBe(65_536);
  expect(bytesOfSlab()).toBeLessThanOrEqual(1024);
});

test("does not size slabs by bodies that need no room in them", () => {
  const encoder = new FrameEncoder();
  encoder.frame(0, new Uint8Array(1_000_000));
  expect(encoder.take()[0]?.buffer.byteLength).toBe(1024);
});

test("forgets what was not taken when it is cleared", () => {
  const encoder = new FrameEncoder();
  encoder.frame(0, ascii("gone"));
  encoder.clear();
  encoder.frame(0, ascii("here"));
  expect(encoder.take()).toEqual([hex("00 04 68 65 72 65")]);
});

test("writes the same memory again once nobody reads what was taken", () => {
  const encoder = new FrameEncoder();
  encoder.frame(0, ascii("first"));
  const [first] = encoder.take();
  encoder.reuse();
  encoder.frame(0, ascii("second"));
  const [second] = encoder.take();
  expect(second).toEqual(joinOctets([hex("00 06"), ascii("second")]));
  expect([second?.buffer, second?.byteOffset]).toEqual([first?.buffer, first?.byteOffset]);
});

test("keeps what is queued when it is told that nobody reads what was taken", () => {
  const encoder = new FrameEncoder();
  encoder.frame(0, ascii("a"));
  encoder.take();
  encoder.frame(0, ascii("b"));
  encoder.reuse();
  encoder.frame(0, ascii("c"));
  expect(encoder.take()).toEqual([hex("00 01 62 00 01 63")]);
});
