import { expect, test } from "vitest";
import { toTransportError } from "../../../src/node/errors.ts";

const system = (code: string): Error => Object.assign(new Error(`${code} happened`), { code });

test.each([
  ["ECONNREFUSED", "TRANSPORT_REFUSED"],
  ["ENOENT", "TRANSPORT_REFUSED"],
  ["ECONNRESET", "TRANSPORT_RESET"],
  ["ETIMEDOUT", "TRANSPORT_TIMEOUT"],
  ["ENOTFOUND", "TRANSPORT_HOST_UNKNOWN"],
  ["EHOSTUNREACH", "TRANSPORT_UNREACHABLE"],
  ["EADDRINUSE", "TRANSPORT_ADDRESS_IN_USE"],
  ["EADDRNOTAVAIL", "TRANSPORT_ADDRESS_NOT_AVAILABLE"],
  ["EACCES", "TRANSPORT_PERMISSION"],
  ["ABORT_ERR", "TRANSPORT_ABORTED"],
  ["EMFILE", "TRANSPORT_FAILED"],
])("%s becomes %s, with the endpoint and the cause", (name, code) => {
  const cause = system(name);
  const error = toTransportError(cause, "tcp://a:1");
  expect(error).toMatchObject({ name: "TransportError", code, endpoint: "tcp://a:1", cause });
  expect(error.message).toContain("tcp://a:1");
});

test("what is one already stays as it is", () => {
  const error = toTransportError(system("EPIPE"), "tcp://a:1");
  expect(toTransportError(error, "tcp://b:2")).toBe(error);
});

test("of the failures of several addresses the first one speaks", () => {
  const all = new AggregateError([system("ECONNREFUSED"), system("EHOSTUNREACH")]);
  expect(toTransportError(all, "tcp://a:1").code).toBe("TRANSPORT_REFUSED");
});

test("what is no error at all is told as text", () => {
  expect(toTransportError("odd", "tcp://a:1")).toMatchObject({
    code: "TRANSPORT_FAILED",
    message: "odd: tcp://a:1",
  });
  expect(toTransportError(null, "tcp://a:1").code).toBe("TRANSPORT_FAILED");
});
