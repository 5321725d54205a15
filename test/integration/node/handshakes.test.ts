import { once } from "node:events";
import { connect, type Socket as Wire } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Dealer, Router, type SocketEvent } from "../../../src/node/zeromq.ts";
import { within } from "../../support/within.ts";

const opened: (Dealer | Router)[] = [];
const wires: Wire[] = [];

afterEach(async () => {
  for (const wire of wires.splice(0)) wire.destroy();
  for (const socket of opened.splice(0)) await socket.close(0);
});

function silent(endpoint: string): Wire {
  const wire = connect(Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)), "127.0.0.1");
  wires.push(wire);
  wire.on("error", () => {});
  return wire;
}

test("strangers that say nothing are bounded, and make room when they go", async () => {
  const router = new Router({ maxHandshakesPerAddress: 2 });
  opened.push(router);
  const events: SocketEvent[] = [];
  router.events.on("*", (event) => events.push(event));
  const endpoint = await router.bind("tcp://127.0.0.1:0");
  const [first, second] = [silent(endpoint), silent(endpoint)];
  await Promise.all([once(first, "data"), once(second, "data")]);
  const third = silent(endpoint);
  third.resume();
  await within(once(third, "close"), "end of the third");
  expect(events.at(-1)).toMatchObject({
    type: "accept:error",
    error: { code: "SOCKET_HANDSHAKES" },
  });
  first.destroy();
  const dealer = new Dealer({ reconnectInterval: 10 });
  opened.push(dealer);
  dealer.connect(endpoint);
  await within(dealer.send("hello"), "sending");
  expect((await within(router.receive(), "message")).length).toBe(2);
});

test("connections are bounded too, and make room when they end", async () => {
  const router = new Router({ maxConnectionsPerAddress: 1 });
  const [first, second] = [new Dealer(), new Dealer({ reconnectInterval: 10 })];
  opened.push(router, first, second);
  const refused = new Promise<SocketEvent>((resolve) => {
    router.events.on("accept:error", resolve);
  });
  const endpoint = await router.bind("tcp://127.0.0.1:0");
  first.connect(endpoint);
  await within(first.send("first"), "sending");
  await within(router.receive(), "message");
  second.connect(endpoint);
  expect(await within(refused, "refusal")).toMatchObject({
    error: {
      code: "SOCKET_CONNECTIONS",
      message:
        "expected at most maxConnectionsPerAddress = 1 accepted connections with 127.0.0.1, got one more",
    },
  });
  await first.close();
  await within(second.send("second"), "sending");
  expect(Buffer.from((await within(router.receive(), "message"))[1] ?? "").toString()).toBe(
    "second",
  );
});

test("nobody waits longer for a verdict than for a handshake", async () => {
  const router = new Router({
    handshakeInterval: 50,
    plainServer: true,
    authenticate: () => new Promise<boolean>(() => {}),
  });
  const dealer = new Dealer({ plainUsername: "ada", plainPassword: "x" });
  opened.push(router, dealer);
  const failed = new Promise<SocketEvent>((resolve) => {
    // On a busy machine the time may be over before the password has come; the dealer comes again.
    router.events.on("handshake:error:other", (event) => {
      if (event.error.message.includes("verdict")) resolve(event);
    });
  });
  dealer.connect(await router.bind("tcp://127.0.0.1:0"));
  expect(await within(failed, "timeout")).toMatchObject({
    error: { code: "ZMTP_HANDSHAKE_TIMEOUT" },
  });
});
