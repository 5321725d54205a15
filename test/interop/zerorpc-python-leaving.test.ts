/**
 * Lost connections and leaving servers, with the original zerorpc on one side: what it is told, and
 * what it does not understand.
 */

import { describe, expect, test } from "vitest";
import { Client } from "../../src/node/client.ts";
import { Server } from "../../src/node/server.ts";
import { Proxy } from "../faults/proxy.ts";
import { PythonPeer, python } from "../support/zerorpc-python.ts";
import { within } from "../support/within.ts";
import { kettle } from "./kettle.ts";

const missing = "missing" in python ? python.missing : undefined;
const title = missing === undefined ? "the original zerorpc" : `the original zerorpc (${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  test("as a server runs an idempotent call again, and is not asked to run any other", async () => {
    const { peer, endpoint } = await PythonPeer.serve();
    await using proxy = await Proxy.before(endpoint);
    await using client = new Client(proxy.endpoint);
    expect(await client.call("add", [1, 2], { idempotent: true })).toBe(3);
    expect(await client.call("add", [1, 2], { requestId: "a" })).toBe(3);
    const idempotent = client.call("slow", [0.5], { idempotent: true });
    const named = client.call("slow", [0.5], { requestId: "b" }).then(
      () => "answered",
      (error: unknown) => error,
    );
    await client.call("none");
    proxy.cut();
    expect(await within(idempotent, "answer")).toBe("slept");
    expect(await named).toMatchObject({ status: "unavailable", mayHaveRun: true });
    await peer[Symbol.asyncDispose]();
  });

  test("as a client is served to the end by a server that drains, and then turned away", async () => {
    const server = new Server(kettle, { name: "Kettle" });
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    await using peer = await PythonPeer.client({ timeout: 5 }, endpoint);
    const running = peer.call("slow", [1]);
    expect((await peer.call("add", [1, 2])).value).toBe(3);
    const drained = server.drain(5_000);
    const { remote } = await peer.call("add", [1, 2]);
    expect(remote?.slice(0, 2)).toEqual([
      "RpcError",
      "the server is closing and takes no new calls",
    ]);
    expect((await running).value).toBe("slept");
    await within(drained, "end of the drain");
    expect(peer.warnings).toEqual([]);
    // What it asks now waits in its socket for the next server.
    const waiting = peer.call("add", [3, 4]);
    await using next = new Server(kettle, { name: "Kettle" });
    await next.bind(endpoint);
    expect((await waiting).value).toBe(7);
  });
});
