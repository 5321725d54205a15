/** A caller that gives up is heard: the handler's signal aborts, and the call ends with a status. */

import { callContext, Client, RpcError, Server } from "zerocall";

class Sleeper {
  sleep(): Promise<void> {
    const { signal } = callContext();
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        console.log("the handler hears of it");
        reject(signal.reason as Error);
      });
    });
  }
}

await using server = new Server(new Sleeper());
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using sleeper = new Client<Sleeper>(endpoint);

try {
  await sleeper.call("sleep", [], { timeoutMs: 500 });
} catch (error) {
  if (error instanceof RpcError) console.log("the caller gets", error.status);
}
