/**
 * What every runtime has to be able to do with the installed package: a call, a stream, an error,
 * a call under CURVE, and two sockets without RPC. It prints one line per fact; the test compares the lines.
 *
 * @module
 */

import { Client, curveKeyPair, isZerocallError, Server } from "zerocall";
import { Dealer, Router } from "zerocall/zeromq";

class Cooler {
  add42(n) {
    return n + 42;
  }

  async *countdown(from) {
    for (let n = from; n > 0; n--) yield n;
  }

  fail() {
    throw new TypeError("too warm");
  }
}

const server = new Server(new Cooler());
const endpoint = await server.bind("tcp://127.0.0.1:0");
const client = new Client(endpoint, { timeoutMs: 10_000 });

console.log("call", await client.add42(1));

const items = [];
for await (const item of client.countdown(3)) items.push(item);
console.log("stream", items.join(" "));

try {
  await client.fail();
} catch (error) {
  console.log("error", isZerocallError(error), error.name, error.message);
}

await client.close();
await server.drain(1000);
await server.close();

const keys = curveKeyPair();
const own = curveKeyPair();
const closed = new Server(new Cooler(), {
  security: { mechanism: "curve", secretKey: keys.secretKey, authenticate: [own.publicKey] },
});
const known = new Client(await closed.bind("tcp://localhost:0"), {
  timeoutMs: 10_000,
  security: { mechanism: "curve", ...own, serverKey: keys.publicKey },
});
console.log("curve", await known.add42(2));
await known.close();
await closed.close();

const router = new Router();
const dealer = new Dealer();
await router.bind("tcp://127.0.0.1:0");
dealer.connect(router.lastEndpoint);
await dealer.send("hello");
const [peer, body] = await router.receive();
await router.send([peer, body]);
const [echo] = await dealer.receive();
console.log("echo", new TextDecoder().decode(echo));
await dealer.close();
await router.close();
