/**
 * Multicall over the sockets of libzmq: REQ and DEALER as clients, and what stands behind the
 * original's endpoint as a server, a ROUTER that hands requests on to several REP workers.
 */

import { describe, expect, test } from "vitest";
import { Dealer, Proxy, Reply, Request, Router } from "zeromq";
import { multicall } from "../../src/dialects/multicall/dialect.ts";
import { Client } from "../../src/node/client.ts";
import { Server } from "../../src/node/server.ts";
import { within } from "../support/within.ts";

const service = {
  add: (a: number, b: number) => a + b,
  later: (value: unknown) => new Promise((resolve) => setImmediate(() => resolve(value))),
};

describe("a server of ours", () => {
  test("answers REQ, one request after the other, also nonsense", async () => {
    await using server = new Server(service, { dialects: [multicall()] });
    const request = new Request();
    request.connect(await server.bind("tcp://127.0.0.1:0"));
    const ask = async (text: string): Promise<string> => {
      await request.send(text);
      const [answer] = await within(request.receive(), "the answer", 10_000);
      return String(answer);
    };
    expect(await ask('[["add",[2,3],{}]]')).toBe('[{"success":true,"result":5}]');
    expect(await ask("nonsense")).toContain('"error_type":"TypeError"');
    expect(await ask('[["later",["a"],{}],["add",[1],{"b":1}]]')).toBe(
      '[{"success":true,"result":"a"},{"success":true,"result":2}]',
    );
    expect(await ask("[]")).toBe("[]");
    request.close();
  });

  test("answers DEALER by the way that the request came, and REQ that correlates", async () => {
    await using server = new Server(service, { dialects: [multicall()] });
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    const dealer = new Dealer();
    dealer.connect(endpoint);
    await dealer.send(["one", "two", "", '[["add",[2,3],{}]]']);
    const frames = await within(dealer.receive(), "the answer", 10_000);
    expect(frames.map(String)).toEqual(["one", "two", "", '[{"success":true,"result":5}]']);
    dealer.close();
    const request = new Request({ correlate: true });
    request.connect(endpoint);
    await request.send('[["add",[1,1],{}]]');
    const [answer] = await within(request.receive(), "the answer", 10_000);
    expect(String(answer)).toBe('[{"success":true,"result":2}]');
    request.close();
  });
});

test("a client of ours gets its answers from workers behind a queue, whatever their order", async () => {
  const proxy = new Proxy(new Router({ linger: 0 }), new Dealer({ linger: 0 }));
  await proxy.frontEnd.bind("tcp://127.0.0.1:*");
  await proxy.backEnd.bind("tcp://127.0.0.1:*");
  const running = proxy.run();
  const workers = [30, 10, 0].map((delayMs) => {
    const reply = new Reply({ linger: 0 });
    reply.connect(proxy.backEnd.lastEndpoint ?? "");
    void work(reply, delayMs);
    return reply;
  });
  const client = new Client(proxy.frontEnd.lastEndpoint ?? "", { dialect: multicall() });
  const calls = Array.from({ length: 30 }, (_, i) => client.call("echo", [i]));
  expect(await Promise.all(calls)).toEqual(calls.map((_, i) => i));
  const together = await client.batch((_, batch) => [
    batch.call("echo", ["a"]),
    batch.call("echo", ["b"]),
  ]);
  expect(together).toMatchObject([{ value: "a" }, { value: "b" }]);
  await client.close();
  proxy.terminate();
  await running;
  for (const worker of workers) worker.close();
  proxy.frontEnd.close();
  proxy.backEnd.close();
});

/** Answers each call with its first argument, each worker in its own time. */
async function work(reply: Reply, delayMs: number): Promise<void> {
  for await (const [request] of reply) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const calls = JSON.parse(String(request)) as [string, unknown[]][];
    await reply.send(JSON.stringify(calls.map(([, [result]]) => ({ success: true, result }))));
  }
}
