/** Several services in one process; errors, timeouts, results that nobody wants, load balancing. */

import { setTimeout as delay } from "node:timers/promises";
import { Client, RpcError, Server, withContext } from "zerocall";
import { json, netcall, pickle } from "zerocall/dialects/netcall";

const echoService = {
  echo: (s: string): string => s,
  sleep: withContext(async (call, ms: number) => {
    await delay(ms, undefined, { signal: call.signal });
    return ms;
  }),
  error: (): never => {
    throw new RangeError("raised for fun");
  },
};
class Maths {
  add = (a: number, b: number): number => a + b;
  subtract(a: number, b: number): number {
    return a - b;
  }
  multiply(a: number, b: number): Promise<number> {
    return delay(50, a * b);
  }
  divide(a: number, b: number): number {
    return a / b;
  }
}

// Each service has its endpoints, its serializers and its client.
const inJson = { dialects: [netcall({ serializers: [json()] })] };
const inPickle = { dialects: [netcall({ serializers: [pickle()] })] };
await using echo = new Server(echoService, { ...inJson, sendStacks: true });
await using maths1 = new Server(new Maths(), inPickle);
await using maths2 = new Server(new Maths(), inPickle);
maths2.register("error", echoService.error);
const endpoint = await echo.bind("tcp://127.0.0.1:0");
const endpoints = [await maths1.bind("tcp://127.0.0.1:0"), await maths2.bind("tcp://127.0.0.1:0")];

await using client = new Client<typeof echoService>(endpoint, {
  dialect: netcall({ serializers: [json()] }),
});
console.log(await client.echo("Hi there"));
try {
  await client.error();
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  console.log(error.name, "|", error.message, "|", error.peerStack?.split("\n")[0]);
}
try {
  await client.call("sleep", [2300], { timeoutMs: 50 });
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  console.log(error.status);
}
// result="ignore": the service is told that no answer is wanted, not even an error.
await client.notify("error");

// Connected to both, it gives each call to the one that has fewer.
await using maths = new Client<Maths>(endpoints, {
  dialect: netcall({ serializers: [pickle()] }),
});
while (maths.peerCount < endpoints.length) await new Promise(setImmediate);
const products = [1, 2, 3, 4].map((n) => maths.multiply(n, n));
console.log(maths.peers.map((peer) => peer.openCalls));
console.log(await Promise.all(products));

// One of them fails; nothing is lost.
await maths1.close();
console.log(await maths.subtract(5, 3), await maths.divide(6, 3));
