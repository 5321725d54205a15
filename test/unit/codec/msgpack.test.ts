import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";

describe("MsgpackCodec", () => {
  test("has a name and limits of its own", () => {
    const codec = new MsgpackCodec({ maxDepth: 1 });
    expect(codec.name).toBe("msgpack");
    expect(codec.decode(codec.encode([1]))).toEqual([1]);
    expect(() => codec.decode(codec.encode([[1]]))).toThrow(
      expect.objectContaining({ code: "CODEC_DEPTH" }) as Error,
    );
  });

  test("writes nothing of a value that cannot be written", () => {
    const codec = new MsgpackCodec();
    expect(() => codec.encode([1, Symbol("x")])).toThrow(/symbol/);
    expect([...codec.encode(2)]).toEqual([2]);
  });

  test("encodes in the middle of encoding", () => {
    const codec = new MsgpackCodec();
    let inner: Uint8Array | undefined;
    const outer = codec.encode([1, { toJSON: () => (inner = codec.encode("inner")).length }, 3]);
    expect(codec.decode(outer)).toEqual([1, 6, 3]);
    expect(codec.decode(inner ?? outer)).toBe("inner");
  });

  test("ignores octets behind the value", () => {
    expect(new MsgpackCodec().decode(Uint8Array.of(1, 2))).toBe(1);
  });
});
