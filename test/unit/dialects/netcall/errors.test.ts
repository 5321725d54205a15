import { describe, expect, test } from "vitest";
import { JsonCodec } from "../../../../src/codec/json.ts";
import {
  decodeFail,
  decodeThrown,
  encodeEnd,
  encodeFailure,
  encodeThrown,
  pythonBytes,
  pythonText,
} from "../../../../src/dialects/netcall/errors.ts";
import type { Failure } from "../../../../src/rpc/errors.ts";

const json = new JsonCodec();

/** What the peer reads of a failure. */
function wire(failure: Failure): unknown {
  return json.decode(encodeFailure(failure));
}

describe("a failure", () => {
  test("has three members when they say all", () => {
    expect(wire({ status: "unknown", name: "ValueError", message: "no" })).toEqual({
      ename: "ValueError",
      evalue: "no",
      traceback: null,
    });
  });

  test("says of an unknown method what the original says, and what it is beside it", () => {
    const failure: Failure = {
      status: "unimplemented",
      name: "NameError",
      message: 'the service has no method "it\'s"',
      unknownMethod: "it's",
      mayHaveRun: false,
    };
    expect(wire(failure)).toEqual({
      ename: "NotImplementedError",
      evalue: 'Unregistered procedure "it\'s"',
      traceback: null,
      message: 'the service has no method "it\'s"',
      ran: false,
    });
  });

  test.each([
    ["NotImplementedError", "unimplemented"],
    ["TimeoutError", "deadline_exceeded"],
    ["PermissionError", "permission_denied"],
    ["MemoryError", "resource_exhausted"],
    ["CancelledError", "cancelled"],
    ["KeyError", "unknown"],
  ])("of Python named %s has the status %s", (ename, status) => {
    const payload = json.encode({ ename, evalue: "x", traceback: "Traceback" });
    expect(decodeFail(payload)).toEqual({
      type: "failed",
      failure: { status, name: ename, message: "x", stack: "Traceback" },
    });
  });

  test("has no more causes than are read", () => {
    let cause: Record<string, unknown> = { ename: "E0", evalue: "" };
    for (let n = 1; n < 20; n++) cause = { ename: `E${n}`, evalue: "", cause };
    const read = decodeFail(json.encode(cause));
    const names: string[] = [];
    let failure = read.type === "failed" ? read.failure : undefined;
    for (; failure !== undefined; failure = failure.cause) names.push(failure.name);
    expect(names).toEqual(["E19", "E18", "E17", "E16", "E15", "E14"]);
  });

  test("that ends a generator is an end", () => {
    expect(decodeFail(encodeEnd("StopIteration"))).toEqual({ type: "ended" });
    expect(decodeFail(encodeEnd("GeneratorExit"))).toEqual({ type: "ended" });
  });

  test("whose text is no text becomes text", () => {
    const read = decodeFail(json.encode({ ename: "E", evalue: [2n ** 64n] }));
    expect(read).toMatchObject({ failure: { message: '["18446744073709551616"]' } });
    expect(decodeFail(json.encode({ ename: "E" }))).toMatchObject({ failure: { message: "" } });
  });
});

describe("what is thrown", () => {
  test("is two members for every peer, and a third for what goes beyond", () => {
    expect(encodeThrown({ status: "unknown", name: "E", message: "m" })).toEqual(["E", "m"]);
    const failure: Failure = { status: "not_found", name: "E", message: "m", details: { a: 1 } };
    const thrown = encodeThrown(failure);
    expect(thrown).toEqual(["E", "m", { status: "not_found", details: { a: 1 } }]);
    expect(decodeThrown(thrown)).toEqual(failure);
  });

  test("is read whatever it is", () => {
    expect(decodeThrown(["E"])).toEqual({ status: "unknown", name: "E", message: "" });
    expect(decodeThrown(null)).toEqual({ status: "unknown", name: "Error", message: "" });
    expect(decodeThrown([1, 2, 3])).toEqual({ status: "unknown", name: "Error", message: "2" });
  });
});

describe("Python's way of showing", () => {
  test.each([
    ["plain", "'plain'"],
    ["it's", '"it\'s"'],
    [`it's "both"`, `'it\\'s "both"'`],
    ["a\\b\n\r\t", "'a\\\\b\\n\\r\\t'"],
  ])("text %j is %s", (text, shown) => {
    expect(pythonText(text)).toBe(shown);
  });

  test("octets escapes what is not printable", () => {
    expect(pythonBytes(Uint8Array.of(0x38, 0x66, 0x27, 0x5c, 0x00, 0xff))).toBe(
      "b'8f\\'\\\\\\x00\\xff'",
    );
  });
});
