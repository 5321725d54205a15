import { describe, expect, test } from "vitest";
import { netcall, pickle } from "../../../src/dialects/netcall/index.ts";
import { Client } from "../../../src/node/client.ts";
import { Server } from "../../../src/node/server.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { Gate, outcomeOf } from "../../support/rpc.ts";

const dialect = netcall();

/** Waits for an event with a bound. */
const poll = <T>(probe: () => T) => expect.poll(probe, { timeout: 10_000 });

/** A service that says who it is, at once or when a gate opens. */
async function serve(name: string, gate: Gate): Promise<{ server: Server; endpoint: string }> {
  const service = { who: () => name, wait: () => gate.pass().then(() => name) };
  const server = new Server(service, { dialects: [dialect] });
  return { server, endpoint: await server.bind("tcp://127.0.0.1:0") };
}

describe("several netcall services in one process", () => {
  test("share the calls of a client by their counts, and take over from one that is gone", async () => {
    const gates = [new Gate(), new Gate()] as const;
    const [a, b] = await Promise.all([serve("a", gates[0]), serve("b", gates[1])]);
    await using client = new Client([a.endpoint, b.endpoint], { dialect });
    await poll(() => client.peerCount).toBe(2);

    const waiting = [1, 2, 3, 4].map(() => client.call("wait"));
    expect(client.peers).toEqual(
      expect.arrayContaining(
        [a, b].map(({ endpoint }) => expect.objectContaining({ endpoint, openCalls: 2 })),
      ),
    );
    await poll(() => a.server.openCalls + b.server.openCalls).toBe(4);
    gates[0].open();
    await Promise.race(waiting);
    await poll(() => Math.min(...client.peers.map((peer) => peer.openCalls))).toBe(0);
    // Whoever has fewer gets the next ones.
    expect(await client.call("who")).toBe("a");
    expect(await client.call("who")).toBe("a");

    await a.server.close();
    gates[1].open();
    const names = await Promise.all(waiting);
    expect(names.filter((name) => name === "a")).toHaveLength(2);
    expect(names.filter((name) => name === "b")).toHaveLength(2);
    await poll(() => client.peerCount).toBe(1);
    expect(await client.call("who")).toBe("b");
    await b.server.close();
  });

  test("fail the calls that may have run when one dies, and repeat the idempotent ones", async () => {
    const gate = new Gate();
    const [a, b] = await Promise.all([serve("a", gate), serve("b", gate)]);
    await using client = new Client(a.endpoint, { dialect });
    await poll(() => client.peerCount).toBe(1);
    const plain = outcomeOf(client.call("wait"));
    const again = client.call("wait", [], { idempotent: true });
    await poll(() => a.server.openCalls).toBe(2);
    client.connect(b.endpoint);
    await poll(() => client.peerCount).toBe(2);
    client.disconnect(a.endpoint);
    expect(await plain).toMatchObject({ status: "unavailable", mayHaveRun: true });
    await poll(() => b.server.openCalls).toBe(1);
    gate.open();
    expect(await again).toBe("b");
    await Promise.all([a.server.close(), b.server.close()]);
  });
});

test("a namespace offers the listed methods of an object alone", async () => {
  await using server = new Server(undefined, { dialects: [dialect] });
  server.register(
    "math",
    { add: (a: number, b: number) => a + b, sub: () => 0 },
    { methods: ["add"] },
  );
  await using client = new Client(await server.bind("tcp://127.0.0.1:0"), { dialect });
  expect(await client.call("math.add", [1, 2])).toBe(3);
  expect(await outcomeOf(client.call("math.sub"))).toMatchObject({ status: "unimplemented" });
  expect(Object.keys((await client.inspect()).methods)).toEqual(["math.add"]);
});

test("a server speaks netcall and zerorpc on one port, and pickle when asked to", async () => {
  const spoken = netcall({ serializers: [pickle()] });
  await using server = new Server(
    { echo: (value: unknown) => value },
    { dialects: [zerorpc(), spoken] },
  );
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  await using old = new Client(endpoint);
  await using client = new Client(endpoint, { dialect: spoken });
  const value = new Set([1n << 70n, Uint8Array.of(1)]);
  expect(await client.call("echo", [value])).toEqual(value);
  expect(await old.call("echo", ["zerorpc"])).toBe("zerorpc");
});
