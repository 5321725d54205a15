import { describe, expect } from "vitest";
import { Gate, outcomeOf, type RawPeer, scenario } from "../../support/rpc.ts";

const forever = (): Promise<never> => new Promise(() => undefined);

/** The first request that a peer got. */
function requestOf(peer: RawPeer): RawPeer["events"][number] {
  const request = peer.events.find(([header]) => header["response_to"] === undefined);
  if (request === undefined) throw new Error("no request came");
  return request;
}

function beatsOf(peer: RawPeer): number {
  return peer.said.filter(([name]) => name === "_zpc_hb").length;
}

describe("between two of our peers", () => {
  scenario("a handler may be silent for as long as it likes", async (world) => {
    const gate = new Gate();
    world.server({
      work: async () => {
        await gate.pass();
        return "done";
      },
    });
    const answer = world.client({ timeoutMs: Infinity }).call("work");
    await world.settle();
    // Nothing goes through while the server is busy, and then all at once.
    world.wire.freeze();
    await world.clock.elapse(600_000);
    world.wire.thaw();
    await world.clock.elapse(600_000);
    gate.open();
    await world.settle();
    expect(await answer).toBe("done");
  });

  for (const [ours, theirs] of [
    [0, 5000],
    [5000, 0],
    [1000, 60_000],
    [60_000, 1000],
  ] as const) {
    scenario(`intervals need not match: ${ours} and ${theirs} ms`, async (world) => {
      const gate = new Gate();
      world.server(
        {
          work: async () => {
            await gate.pass();
            return "done";
          },
        },
        { heartbeatMs: theirs },
      );
      const answer = world.client({ timeoutMs: Infinity, heartbeatMs: ours }).call("work");
      await world.clock.elapse(1_000_000);
      gate.open();
      await world.settle();
      expect(await answer).toBe("done");
    });
  }
});

describe("towards a server of the old protocol", () => {
  scenario("a client beats, and gives the server up that stops beating", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ timeoutMs: Infinity });
    const answer = outcomeOf(client.call("work"));
    await world.clock.elapse(5000);
    expect(beatsOf(raw)).toBe(1);
    for (let i = 0; i < 4; i++) {
      raw.answer(requestOf(raw), "_zpc_hb", [0]);
      await world.clock.elapse(5000);
    }
    expect(beatsOf(raw)).toBeGreaterThanOrEqual(5);
    await world.clock.elapse(10_000);
    expect(await answer).toMatchObject({ code: "unavailable", name: "LostRemote" });
    await raw.transport.close(0);
  });

  scenario("a client never gives one up that has not beaten at all", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ timeoutMs: Infinity });
    const answer = client.call("work");
    await world.clock.elapse(100_000);
    raw.answer(requestOf(raw), "OK", ["late"]);
    await world.settle();
    expect(await answer).toBe("late");
    await raw.transport.close(0);
  });

  scenario("a client's interval may be shorter than the server's", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ timeoutMs: Infinity, heartbeatMs: 1000 });
    const answer = client.call("work");
    for (let i = 0; i < 10; i++) {
      await world.clock.elapse(20_000);
      raw.answer(requestOf(raw), "_zpc_hb", [0]);
    }
    // Beats that a busy process reads together do not say that the peer's interval is short.
    for (let i = 0; i < 5; i++) raw.answer(requestOf(raw), "_zpc_hb", [0]);
    await world.clock.elapse(20_000);
    raw.answer(requestOf(raw), "OK", [1]);
    await world.settle();
    expect(await answer).toBe(1);
    await raw.transport.close(0);
  });

  scenario("a passive client beats only after the server has", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ timeoutMs: Infinity, passiveHeartbeat: true });
    const answer = client.call("work");
    await world.clock.elapse(50_000);
    expect(beatsOf(raw)).toBe(0);
    raw.answer(requestOf(raw), "_zpc_hb", [0]);
    await world.clock.elapse(5000);
    expect(beatsOf(raw)).toBeGreaterThan(0);
    raw.answer(requestOf(raw), "OK", [1]);
    await world.settle();
    expect(await answer).toBe(1);
    await raw.transport.close(0);
  });
});

describe("towards a client of the old protocol", () => {
  scenario("a server beats, and gives the client up that stops beating", async (world) => {
    const server = world.server({ work: () => forever() });
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("work", []);
    for (let i = 0; i < 4; i++) {
      await world.clock.elapse(5000);
      raw.send("_zpc_hb", [0], { response_to: id });
    }
    await world.settle();
    expect(beatsOf(raw)).toBeGreaterThanOrEqual(4);
    expect(server.core.openCalls).toBe(1);
    await world.clock.elapse(20_000);
    expect(server.core.openCalls).toBe(0);
    await raw.transport.close(0);
  });

  scenario("a server whose beats are off serves all the same", async (world) => {
    const gate = new Gate();
    world.server({ work: () => gate.pass() }, { heartbeatMs: 0 });
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("work", []);
    for (let i = 0; i < 10; i++) {
      await world.clock.elapse(5000);
      raw.send("_zpc_hb", [0], { response_to: id });
    }
    gate.open();
    await world.settle();
    expect(raw.said.at(-1)?.[0]).toBe("OK");
    await raw.transport.close(0);
  });
});
