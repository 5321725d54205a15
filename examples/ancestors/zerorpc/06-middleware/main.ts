/** What middleware did: endpoints by name, a context in every header, hooks around calls and errors. */

import { Client, type Interceptor, RpcError, Server, withContext } from "zerocall";

const service = {
  traced: withContext(
    (call, word: string) => `${word} in trace ${String(call.headers["trace_id"])}`,
  ),
  fail: (): never => {
    throw new TypeError("told in confidence");
  },
};

/** Runs before a method and after it, and sees what it throws. */
const hooks: Interceptor = async (call, next) => {
  console.log(`S> before ${call.method}`);
  try {
    return await next(call);
  } catch (error) {
    console.log(`S> ${call.method} threw ${String(error)}`);
    throw new RpcError("internal", "something went wrong");
  } finally {
    console.log(`S> after ${call.method}`);
  }
};
await using server = new Server(service, { interceptors: [hooks] });
const endpoint = await server.bind("tcp://127.0.0.1:0");

const directory = new Map([["kitchen", endpoint]]);
await using client = new Client<typeof service>("kitchen", {
  resolveEndpoint: (name: string) => directory.get(name) ?? name,
  headers: { trace_id: "a1" },
  interceptors: [
    (call, next) => {
      console.log(`C> calling ${call.method}`);
      return next(call);
    },
  ],
});

console.log(await client.traced("hello"));
try {
  await client.fail();
} catch (error) {
  console.log(String(error));
}
