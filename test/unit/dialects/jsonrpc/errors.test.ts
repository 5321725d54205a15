import { describe, expect, test } from "vitest";
import { decodeFailure, encodeFailure } from "../../../../src/dialects/jsonrpc/errors.ts";

describe("writing failures", () => {
  test.each([
    ["unknown", -32000],
    ["cancelled", -32001],
    ["not_found", -32005],
    ["unimplemented", -32012],
    ["unauthenticated", -32016],
    ["invalid_argument", -32602],
    ["internal", -32603],
  ] as const)("%s has the code %i", (status, code) => {
    expect(encodeFailure({ status, name: "RpcError", message: "m" })).toMatchObject({
      code,
      message: "m",
    });
  });

  test("an unknown method has the words of the specification, and a hint if there is one", () => {
    const failure = { status: "unimplemented", name: "NameError", unknownMethod: "ad" } as const;
    const plain = 'the service has no method "ad"';
    const hint = `${plain}; did you mean "add"?`;
    expect(encodeFailure({ ...failure, message: plain })).toEqual({
      code: -32601,
      message: "Method not found",
    });
    const written = encodeFailure({ ...failure, message: hint });
    expect(written).toEqual({ code: -32601, message: "Method not found", data: hint });
    expect(decodeFailure({ ...written }, "ad", {})).toMatchObject({
      status: "unimplemented",
      message: hint,
      details: undefined,
      mayHaveRun: false,
    });
  });

  test("a thrown error says nothing that its code does not say, so it has no data", () => {
    expect(encodeFailure({ status: "unknown", name: "Error", message: "m" })).toEqual({
      code: -32000,
      message: "m",
    });
  });
});

describe("reading failures", () => {
  test.each([
    [null, "unknown", "ServerError"],
    [-32099, "unknown", "ServerError"],
    [-32100, "unknown", "ApplicationError"],
    [0, "unknown", "ApplicationError"],
    [-32700, "invalid_argument", "ParseError"],
    [-32600, "invalid_argument", "InvalidRequest"],
    [-32601, "unimplemented", "MethodNotFound"],
    [-32602, "invalid_argument", "InvalidParams"],
    [-32603, "internal", "InternalError"],
  ])("the code %s is %s, named %s as by the original", (code, status, name) => {
    expect(decodeFailure({ code, message: "m", data: null }, "m", {})).toMatchObject({
      status,
      name,
      message: "m",
    });
  });

  test("words of its own about an unknown method are kept, and data that is no text too", () => {
    const read = (message: string, data: unknown): unknown =>
      decodeFailure({ code: -32601, message, data }, "m", {});
    expect(read("no m here", "more")).toMatchObject({ message: "no m here", details: "more" });
    expect(read("Method Not Found", { a: 1 })).toMatchObject({
      message: 'the service has no method "m"',
      details: { a: 1 },
    });
  });

  test.each([
    [{ exception: null }],
    [{ exception: 7 }],
    [{ exception: { name: "E" }, more: 1 }],
    ["text"],
    [[1]],
    [0],
  ])("the data %j is of the application", (data) => {
    expect(decodeFailure({ code: 1, message: "m", data }, "m", {})?.details).toEqual(data);
  });

  test("what an exception says of itself is taken where it makes sense", () => {
    let cause: unknown = { message: "deepest" };
    for (let i = 0; i < 20; i++) cause = { name: "C", message: `${i}`, cause };
    const data = { exception: { name: 7, status: "odd", stack: [], ran: 0, cause } };
    const failure = decodeFailure({ code: -32000, message: "m", data }, "m", {});
    expect(failure).toMatchObject({ status: "unknown", name: "Error", cause: { message: "19" } });
    let depth = 0;
    for (let at = failure?.cause; at !== undefined; at = at.cause) depth++;
    expect(depth).toBe(5);
  });
});
