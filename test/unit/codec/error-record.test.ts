import { describe, expect, test } from "vitest";
import { JsonCodec } from "../../../src/codec/json.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { recordOf } from "../../../src/codec/error-record.ts";
import { RpcError } from "../../../src/rpc/errors.ts";

describe("an error as a value", () => {
  test("is its name, its message and its own properties, without stacks", () => {
    const error = Object.assign(new RangeError("too warm"), { code: "WARM", details: [1] });
    expect(recordOf(error)).toEqual({
      name: "RangeError",
      message: "too warm",
      code: "WARM",
      details: [1],
    });
  });

  test("keeps causes and the errors that are together in one", () => {
    const [fire, smoke] = [new Error("fire"), new TypeError("smoke")];
    expect(recordOf(new Error("hot", { cause: fire }))).toMatchObject({ cause: fire });
    expect(recordOf(new AggregateError([fire, smoke], "both"))).toMatchObject({
      name: "AggregateError",
      errors: [fire, smoke],
    });
  });

  test("does not tell where a peer's files are", () => {
    const error = new RpcError("not_found", "gone", { peerStack: "at /home" });
    expect(recordOf(error)).not.toHaveProperty("peerStack");
    expect(recordOf(error)).toMatchObject({ name: "RpcError", code: "not_found" });
  });

  test.each([new MsgpackCodec(), new JsonCodec(), new PickleCodec()])(
    "is written alike by $name",
    (codec) => {
      const error = Object.assign(new TypeError("no", { cause: new Error("why") }), {
        details: { n: 1 },
        retry: () => true,
      });
      expect(codec.decode(codec.encode({ errors: [error] }))).toEqual({
        errors: [
          {
            name: "TypeError",
            message: "no",
            cause: { name: "Error", message: "why" },
            details: { n: 1 },
          },
        ],
      });
    },
  );

  test.each([new MsgpackCodec(), new JsonCodec(), new PickleCodec()])(
    "that has toJSON is what that returns, by $name",
    (codec) => {
      class Polite extends Error {
        toJSON(): string {
          return `sorry: ${this.message}`;
        }
      }
      expect(codec.decode(codec.encode(new Polite("no")))).toBe("sorry: no");
    },
  );

  test("says where in it something cannot be written", () => {
    const error = Object.assign(new Error("x"), { details: { s: [Symbol("s")] } });
    expect(() => new MsgpackCodec().encode([error])).toThrow("at [0].details.s[0]");
  });
});
