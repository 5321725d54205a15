/** Asking servers what they offer, also those that cannot tell it at once. */

import { expect, test } from "vitest";
import { Client, type Interceptor, RpcError, Server } from "../../../src/node/index.ts";

const service = {
  /** Adds. */
  add: (a: number, b = 2) => a + b,
};

/** Fails as zerorpc for Python does on 3.11 and later. */
const failing: Interceptor = (call, next) => {
  if (call.method !== "_zerorpc_inspect") return next(call);
  throw Object.assign(new Error("module 'inspect' has no attribute 'getargspec'"), {
    name: "AttributeError",
  });
};

test("a client asks for names, documentation and arguments where the server cannot inspect", async () => {
  await using plain = new Server(service, { name: "sums" });
  await using older = new Server(service, { name: "sums", interceptors: [failing] });
  await using client = new Client(await plain.bind("tcp://127.0.0.1:0"));
  await using other = new Client(await older.bind("tcp://127.0.0.1:0"));
  await expect(other.call("_zerorpc_inspect")).rejects.toThrow("getargspec");
  const told = await other.inspect();
  expect(told).toEqual(await client.inspect());
  expect(told.methods["add"]?.parameters?.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a client that is not answered asks nothing more, and tells the first failure", async () => {
  const refusing: Interceptor = (call) => {
    throw new RpcError("permission_denied", `${call.method} is not for you`);
  };
  await using server = new Server(service, { interceptors: [refusing] });
  await using client = new Client(await server.bind("tcp://127.0.0.1:0"));
  await expect(client.inspect()).rejects.toThrow("_zerorpc_inspect is not for you");
});
