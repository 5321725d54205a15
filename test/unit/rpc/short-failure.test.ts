import { expect, test } from "vitest";
import { RpcError } from "../../../src/rpc/errors.ts";
import { shortened } from "../../../src/rpc/short-failure.ts";

const failure = {
  status: "unimplemented",
  name: "NameError",
  message: "there is no such thing",
  details: [1],
  stack: "here",
  cause: { status: "unknown", name: "Error", message: "why" },
  mayHaveRun: false,
  unknownMethod: "such_thing",
  wireCode: 7,
} as const;
const reason = new RpcError("resource_exhausted", "too large for its link");

test("keeps the beginning of texts and all that is no text", () => {
  expect(shortened(failure, 5, reason)).toEqual({
    status: "unimplemented",
    name: "NameE",
    message: "there",
    mayHaveRun: false,
    unknownMethod: "such_",
    wireCode: 7,
    cause: { status: "resource_exhausted", name: "RpcEr", message: "too l" },
  });
});

test("is nothing but what is no text in the end", () => {
  const { status, mayHaveRun, wireCode } = failure;
  expect(shortened(failure, 0, reason)).toEqual({
    status,
    name: "RpcError",
    message: "",
    mayHaveRun,
    unknownMethod: "",
    wireCode,
  });
  const { name, message } = { name: "Error", message: "no" };
  expect(shortened({ status: "unknown", name, message }, 0, reason)).toEqual({
    status: "unknown",
    name: "RpcError",
    message: "",
  });
});
