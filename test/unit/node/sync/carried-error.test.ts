import { describe, expect, test } from "vitest";
import { isZerocallError, UsageError } from "../../../../src/base/errors.ts";
import { CodecError } from "../../../../src/codec/errors.ts";
import { carryError, ownPlaces, reviveError } from "../../../../src/node/sync/carried-error.ts";
import { RpcError } from "../../../../src/rpc/errors.ts";
import { TransportError } from "../../../../src/sockets/errors.ts";
import { ZmtpError } from "../../../../src/zmtp/errors.ts";

/** As it comes out of the other thread. */
function crossed(error: unknown): Error {
  return reviveError(structuredClone(carryError(error)));
}

describe("errors that cross threads", () => {
  test("stay RpcErrors with all that they carry", () => {
    const error = new RpcError("not_found", "no such man", {
      name: "KeyError",
      origin: "peer",
      method: "find",
      details: { who: "nobody" },
      peerStack: "Traceback",
      mayHaveRun: false,
      wireCode: -7,
      cause: new RpcError("unknown", "deeper", { origin: "peer" }),
    });
    const revived = crossed(error);
    expect(revived).toBeInstanceOf(RpcError);
    expect(isZerocallError(revived)).toBe(true);
    expect(revived).toMatchObject(
      Object.assign({}, error, { status: "not_found", message: "no such man" }),
    );
    expect(revived.cause).toBeInstanceOf(RpcError);
    expect(revived.stack).toMatch(/^KeyError: no such man\n {4}at /);
  });

  test.each([
    new UsageError("USAGE_CLOSED", "closed"),
    new CodecError("CODEC_DEPTH", "deep"),
    new TransportError("TRANSPORT_REFUSED", "nobody", { endpoint: "tcp://127.0.0.1:1" }),
  ])("stay of their class: $name", (error) => {
    const revived = crossed(error);
    expect(revived).toBeInstanceOf(error.constructor);
    expect(revived).toMatchObject(Object.assign({}, error));
  });

  test("of a class that is not known here become their nearest", () => {
    const revived = crossed(new ZmtpError("ZMTP_RESERVED_FLAGS", "bit 7"));
    expect(revived.name).toBe("ZmtpError");
    expect(isZerocallError(revived)).toBe(true);
    expect(crossed(new RangeError("r"))).toMatchObject({ name: "RangeError", message: "r" });
  });

  test("leave behind what cannot cross, and carry what is no error as its text", () => {
    const error = Object.assign(new Error("e"), { code: 1, retry: () => true });
    expect(crossed(error)).toMatchObject({ code: 1 });
    expect(crossed(error)).not.toHaveProperty("retry");
    expect(crossed("text").message).toBe("text");
  });

  test("have causes in bounds, also when they go round", () => {
    const error = new Error("round");
    error.cause = error;
    let depth = 0;
    for (let at: unknown = crossed(error); at instanceof Error; at = at.cause) depth++;
    expect(depth).toBe(6);
  });
});

describe("frames of this package", () => {
  test("are told by its folders, with and without source maps", () => {
    const places = ["file:///app/zerocall/lib/", "/app/zerocall/lib/"];
    const sources = ["file:///app/zerocall/src/", "/app/zerocall/src/"];
    const all = [...places, ...sources];
    expect(ownPlaces("file:///app/zerocall/lib/node/sync/shared.js")).toEqual(all);
    expect(ownPlaces("file:///app/zerocall/src/node/sync/carried-error.ts")).toEqual(all);
  });

  test("are not known in a bundle", () => {
    expect(ownPlaces("file:///app/out/program.mjs")).toEqual([]);
    expect(ownPlaces(undefined)).toEqual([]);
  });
});
