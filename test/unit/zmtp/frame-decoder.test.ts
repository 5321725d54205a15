import { expect, test } from "vitest";
import { ZmtpError } from "../../../src/zmtp/errors.ts";
import { FrameDecoder, type FrameSink } from "../../../src/zmtp/frame-decoder.ts";
import { FIRST_BODY_BYTES } from "../../../src/zmtp/partial-body.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { ascii, hex } from "../../support/zmtp.ts";

class Recorder implements FrameSink {
  readonly frames: [number, Uint8Array][] = [];
  readonly admitted: [number, number][] = [];

  admit(flags: number, size: number): void {
    this.admitted.push([flags, size]);
  }

  frame(flags: number, body: Uint8Array): void {
    this.frames.push([flags, body]);
  }
}

function decode(...chunks: Uint8Array[]): Recorder {
  const recorder = new Recorder();
  const decoder = new FrameDecoder(recorder);
  for (const chunk of chunks) decoder.decode(chunk);
  return recorder;
}

test("cuts a chunk into frames that are views into it", () => {
  const chunk = joinOctets([hex("01 00"), hex("00 02"), ascii("hi")]);
  const { frames } = decode(chunk);
  expect(frames).toEqual([
    [1, new Uint8Array(0)],
    [0, ascii("hi")],
  ]);
  expect(frames[1]?.[1].buffer).toBe(chunk.buffer);
});

test("cuts a chunk that is itself a view", () => {
  const octets = hex("ee ee 00 02 68 69 ee");
  expect(decode(octets.subarray(2, 6)).frames).toEqual([[0, ascii("hi")]]);
});

test("reads a long size", () => {
  const body = new Uint8Array(300).fill(7);
  const chunk = joinOctets([hex("02 00 00 00 00 00 00 01 2c"), body]);
  expect(decode(chunk).frames).toEqual([[2, body]]);
});

test("gives the same frames wherever two chunks meet", () => {
  const body = new Uint8Array(300).map((_, at) => at);
  const whole = joinOctets([
    hex("04 01 61 00 00 03 00 00 00 00 00 00 01 2c"),
    body,
    hex("01 02 62 63 00 01 64"),
  ]);
  const expected = decode(whole);
  expect(expected.frames).toHaveLength(5);
  for (let at = 0; at <= whole.length; at++) {
    const { frames, admitted } = decode(whole.subarray(0, at), whole.subarray(at));
    expect(frames).toEqual(expected.frames);
    expect(admitted).toEqual(expected.admitted);
  }
});

test("asks before it stores anything of a body", () => {
  const refusal = new Error("no");
  const sink: FrameSink = {
    admit: () => {
      throw refusal;
    },
    frame: () => expect.unreachable(),
  };
  const decoder = new FrameDecoder(sink);
  expect(() => decoder.decode(hex("02 00 00 00 00 40 00 00 00"))).toThrow(refusal);
  expect(decoder.heldBytes).toBe(0);
});

test("reserves by what has arrived, not by what was announced", () => {
  const recorder = new Recorder();
  const decoder = new FrameDecoder(recorder);
  decoder.decode(hex("02 00 00 00 00 06 40 00 00"));
  expect(decoder.heldBytes).toBeLessThanOrEqual(FIRST_BODY_BYTES);
  let arrived = 0;
  for (let i = 0; i < 40; i++) {
    decoder.decode(new Uint8Array(10_000));
    arrived += 10_000;
    expect(decoder.heldBytes).toBeLessThanOrEqual(Math.max(FIRST_BODY_BYTES, 4 * arrived));
  }
});

test("puts a large body together in a buffer of exactly its size", () => {
  const body = new Uint8Array(1_000_000).map((_, at) => at % 251);
  const header = hex("02 00 00 00 00 00 0f 42 40");
  const chunks = [header];
  for (let at = 0; at < body.length; at += 65_536) chunks.push(body.subarray(at, at + 65_536));
  const { frames } = decode(...chunks);
  expect(frames).toHaveLength(1);
  expect(frames[0]?.[1].buffer.byteLength).toBe(body.length);
  expect(Buffer.compare(frames[0]?.[1] ?? header, body)).toBe(0);
});

test("does not lose a frame of no octets whose header was cut", () => {
  expect(decode(hex("00"), hex("00")).frames).toEqual([[0, new Uint8Array(0)]]);
  expect(decode(hex("02 00 00 00"), hex("00 00"), hex("00 00 00")).frames).toEqual([
    [2, new Uint8Array(0)],
  ]);
});

test("does not mind empty chunks", () => {
  const nothing = new Uint8Array(0);
  expect(decode(nothing, hex("00"), nothing, hex("02 68"), nothing, hex("69")).frames).toEqual([
    [0, ascii("hi")],
  ]);
});

test("counts what it holds of a header", () => {
  const decoder = new FrameDecoder(new Recorder());
  decoder.decode(hex("02 00 00"));
  expect(decoder.heldBytes).toBe(3);
});

test.each([["80 00"], ["80"], ["05 00"]])("refuses bad flags in %s, cut or not", (octets) => {
  expect(() => decode(hex(`${octets} 00`))).toThrow(ZmtpError);
  expect(() => decode(hex(octets.slice(0, 2)), hex("00"))).toThrow(ZmtpError);
});

test("tells another sink from the next frame on", () => {
  const second = new Recorder();
  const first: FrameSink = { admit: () => undefined, frame: () => decoder.redirect(second) };
  const decoder: FrameDecoder = new FrameDecoder(first);
  decoder.decode(hex("00 01 61 00 01 62"));
  expect(second.frames).toEqual([[0, ascii("b")]]);
});

test("has room for the rest of a large body, and takes from there only what belongs to it", () => {
  const size = 400_000;
  const body = new Uint8Array(size).map((_, at) => at % 251);
  const header = hex("02 00 00 00 00 00 06 1a 80");
  const recorder = new Recorder();
  const decoder = new FrameDecoder(recorder);
  decoder.decode(hex("00 01 61"));
  expect(decoder.room).toBeUndefined();
  decoder.decode(joinOctets([header, body.subarray(0, 10_000)]));
  expect(decoder.room).toBeUndefined();
  decoder.decode(body.slice(10_000, 150_000));
  const { room } = decoder;
  expect(room).toHaveLength(250_000);
  room?.set(body.subarray(150_000, 300_000));
  decoder.decode(room?.subarray(0, 150_000) ?? new Uint8Array(0));
  // What comes another way may hold the next frame, too.
  decoder.decode(joinOctets([body.subarray(300_000), hex("00 01 62")]));
  expect(decoder.room).toBeUndefined();
  expect(recorder.frames.map(([, frame]) => frame.length)).toEqual([1, size, 1]);
  expect(Buffer.compare(recorder.frames[1]?.[1] ?? hex(""), body)).toBe(0);
});
