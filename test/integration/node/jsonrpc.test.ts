import { describe, expect, test } from "vitest";
import { jsonrpc } from "../../../src/dialects/jsonrpc/index.ts";
import { Client, Server, Subscriptions, withContext, zerorpc } from "../../../src/node/index.ts";
import { Deferred } from "../../../src/base/deferred.ts";
import { Dealer, Request } from "../../../src/node/zeromq.ts";
import { within } from "../../support/within.ts";

const HOME = "tcp://127.0.0.1:0";
const service = {
  /** Adds two numbers. */
  add: (a: number, b: number) => a + b,
  slow: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
};
type Service = typeof service;

describe("a server of two tongues", () => {
  test("answers each peer in its own at one endpoint, REQ and DEALER alike", async () => {
    await using server = new Server(service, { dialects: [zerorpc(), jsonrpc()] });
    const endpoint = await server.bind(HOME);
    await using old = new Client<Service>(endpoint);
    await using client = new Client<Service>(endpoint, { dialect: jsonrpc() });
    await using request = new Request();
    request.connect(endpoint);
    await request.send('{"jsonrpc": "2.0", "method": "add", "params": [1, 2], "id": 7}');
    expect(await old.add(1, 2)).toBe(3);
    expect(await client.add(1, 2)).toBe(3);
    const [answer] = await within(request.receive(), "answer");
    expect(new TextDecoder().decode(answer)).toBe('{"jsonrpc": "2.0", "result": 3, "id": 7}');
  });

  test("answers a first message of neither, and lets the next one decide", async () => {
    await using server = new Server(service, { dialects: [zerorpc(), jsonrpc()] });
    const endpoint = await server.bind(HOME);
    await using dealer = new Dealer();
    dealer.connect(endpoint);
    await dealer.send("nonsense");
    await dealer.send('{"jsonrpc": "2.0", "method": "add", "params": [1, 2], "id": 7}');
    const texts: string[] = [];
    for (let n = 0; n < 2; n++) {
      const [answer] = await within(dealer.receive(), "answer");
      texts.push(new TextDecoder().decode(answer));
    }
    expect(texts).toEqual([
      expect.stringContaining('"code": -32700'),
      expect.stringContaining('"result": 3'),
    ]);
  });
});

describe("a client", () => {
  test("is told what the service offers", async () => {
    await using server = new Server(service, { name: "Sums", dialects: [jsonrpc()] });
    await using client = new Client(await server.bind(HOME), { dialect: jsonrpc() });
    const { name, methods } = await client.inspect();
    expect(name).toBe("Sums");
    expect(methods["add"]?.parameters?.map((parameter) => parameter.name)).toEqual(["a", "b"]);
  });

  test("sends a batch as one list", async () => {
    await using server = new Server(service, { dialects: [jsonrpc()] });
    await using client = new Client<Service>(await server.bind(HOME), { dialect: jsonrpc() });
    const results = await client.batch((remote) => [
      remote.add(1, 2),
      remote.slow(1),
      remote.add(3, 4),
    ]);
    expect(results.map((one) => (one.status === "fulfilled" ? one.value : one.reason))).toEqual([
      3, 1, 7,
    ]);
  });

  test("goes on when a call has timed out", async () => {
    const hang = (): Promise<never> => new Promise(() => undefined);
    await using server = new Server({ ...service, hang }, { dialects: [jsonrpc()] });
    await using client = new Client<Service>(await server.bind(HOME), { dialect: jsonrpc() });
    // Without a peer that is there the call would end in another way, if connecting takes longer.
    expect(await client.add(1, 2)).toBe(3);
    await expect(client.call("hang", [], { timeoutMs: 20 })).rejects.toMatchObject({
      status: "deadline_exceeded",
    });
    expect(await client.add(3, 4)).toBe(7);
  });

  test("on PUSH notifies a server on PULL", async () => {
    const heard = new Deferred<unknown>();
    await using server = new Server(
      { record: (value: unknown) => heard.resolve(value) },
      { dialects: [jsonrpc()], socketType: "PULL" },
    );
    const endpoint = await server.bind(HOME);
    await using client = new Client(endpoint, { dialect: jsonrpc(), socketType: "PUSH" });
    await client.notify("record", { value: 5 });
    expect(await within(heard.promise, "notification")).toBe(5);
    await expect(client.call("record", [1])).rejects.toMatchObject({ status: "unimplemented" });
  });
});

describe("subscriptions", () => {
  test("hold up their publisher while a subscriber does not read, lose nothing, and end with it", async () => {
    const topics = new Subscriptions();
    const subscribe = withContext((call, topic: string) => topics.add(topic, call));
    await using server = new Server(
      { subscribe },
      { dialects: [jsonrpc()], socket: { sendHighWaterMark: 10 } },
    );
    const endpoint = await server.bind(HOME);
    const dealer = new Dealer({ receiveHighWaterMark: 10 });
    dealer.connect(endpoint);
    await dealer.send('{"jsonrpc": "2.0", "method": "subscribe", "params": ["t"], "id": 1}');
    await within(dealer.receive(), "answer");

    const filler = "x".repeat(200_000);
    let published = 0;
    const publishing = (async () => {
      while (published < 300) {
        await topics.publish("t", "n", [published, filler]);
        published++;
      }
    })();
    const numbers: unknown[] = [];
    const first = await within(dealer.receive(), "notification");
    numbers.push(numberIn(first));
    expect(published).toBeLessThan(300);
    while (numbers.length < 300) numbers.push(numberIn(await within(dealer.receive(), "next")));
    await within(publishing, "publisher");
    expect(numbers).toEqual(Array.from({ length: 300 }, (_, n) => n));

    await dealer.close();
    await within(
      (async () => {
        while (topics.count("t") > 0) await new Promise((resolve) => setImmediate(resolve));
      })(),
      "end of the subscription",
    );
    expect(await topics.publish("t", "n", [])).toBe(0);
  });
});

function numberIn([text]: readonly Uint8Array[]): unknown {
  return (JSON.parse(new TextDecoder().decode(text)) as { params: unknown[] }).params[0];
}
