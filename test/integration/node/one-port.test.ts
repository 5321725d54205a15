/** One port for all dialects, and for peers that speak none. */

import { afterEach, describe, expect, test } from "vitest";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
import { Client, Server } from "../../../src/node/index.ts";
import { Dealer, Request } from "../../../src/node/zeromq.ts";
import { within } from "../../support/within.ts";

const dialects = [zerorpc(), jsonrpc(), netcall(), zrpc(), multicall()];
const warned: string[] = [];
const ignore = (): void => undefined;
const logger = {
  debug: ignore,
  info: ignore,
  warn: (message: string) => warned.push(message),
  error: ignore,
};

async function serve(): Promise<{ readonly server: Server; readonly endpoint: string }> {
  const service = { add: (a: number, b: number) => a + b };
  const server = new Server(service, { dialects, logger });
  return { server, endpoint: await server.bind("tcp://127.0.0.1:0") };
}

function textOf(frame: Uint8Array | undefined): string {
  return new TextDecoder().decode(frame);
}

afterEach(() => {
  warned.length = 0;
});

describe("one port", () => {
  test("serves clients of all dialects at the same time", async () => {
    const { server, endpoint } = await serve();
    const clients = dialects.map((dialect) => new Client(endpoint, { dialect }));
    const sums = clients.flatMap((client, at) => [1, 2, 3].map((n) => client.call("add", [at, n])));
    expect(await within(Promise.all(sums), "sums")).toEqual(
      dialects.flatMap((_, at) => [at + 1, at + 2, at + 3]),
    );
    for (const client of clients) await client.close();
    await server.close();
    expect([server.unrecognisedMessages, warned]).toEqual([0, []]);
  });

  test("keeps the dialect of a peer's first message", async () => {
    const { server, endpoint } = await serve();
    const peer = new Dealer();
    peer.connect(endpoint);
    await peer.send('{"jsonrpc":"2.0","method":"add","params":[1,2],"id":1}');
    const [answer] = await within(peer.receive(), "an answer");
    expect(JSON.parse(textOf(answer))).toMatchObject({ id: 1, result: 3 });
    // A list of lists would be multicall, had the peer not begun with JSON-RPC.
    await peer.send('[["add",[1,2],{}]]');
    const [refused] = await within(peer.receive(), "an error");
    expect(JSON.parse(textOf(refused))).toMatchObject([{ error: { code: -32_600 } }]);
    await peer.close();
    await server.close();
  });

  test("answers a stranger where it can, tells the log once, and learns its dialect later", async () => {
    const { server, endpoint } = await serve();
    const peer = new Request();
    peer.connect(endpoint);
    for (const octets of [Uint8Array.of(0xc0), Uint8Array.of(0xc1)]) {
      await peer.send(octets);
      expect((await within(peer.receive(), "an answer")).map((frame) => frame.length)).toEqual([0]);
    }
    await peer.send("GET / HTTP/1.1");
    expect(textOf((await within(peer.receive(), "an answer")).at(-1))).toContain('"code": -32700');
    expect(server.unrecognisedMessages).toBe(3);
    expect(warned.map((text) => text.replace(/:\d+/gu, ":0"))).toEqual([
      "peer 127.0.0.1:0 at tcp://127.0.0.1:0: the message is of no dialect that this server speaks" +
        " (zerorpc, jsonrpc, netcall, zrpc, multicall): 2 frames, in the last one c0",
    ]);
    await peer.send('[["add",[1,2],{}]]');
    expect(textOf((await within(peer.receive(), "a result")).at(-1))).toContain("3");
    expect(server.unrecognisedMessages).toBe(3);
    await peer.close();
    await server.close();
  });
});
