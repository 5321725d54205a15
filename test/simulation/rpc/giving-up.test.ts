/** A client over ZeroMQ that connects to each endpoint once, in virtual time. */

import { describe, expect } from "vitest";
import { Network } from "../../../src/testing/network.ts";
import { zmqTransport } from "../../../src/transports/zmq.ts";
import { outcomeOf, scenario, type TestClient, type World } from "../../support/rpc.ts";
import { type Watched, watched } from "../../support/simulated.ts";

const FIRST = "tcp://first:1";
const SECOND = "tcp://second:1";

interface Scene {
  readonly client: TestClient;
  readonly network: Network;
  /** Peers that are connected and answer nothing, in the order of the endpoints. */
  readonly peers: readonly Watched[];
  readonly end: () => Promise<void>;
}

async function scene(world: World, endpoints: readonly string[]): Promise<Scene> {
  const { clock } = world;
  const network = new Network(clock);
  const platform = { transports: { tcp: network }, clock, random: () => 0.5 };
  const transport = zmqTransport(platform, { reconnectInterval: -1 });
  const client = world.idleClient({ transport });
  const peers: Watched[] = [];
  for (const endpoint of endpoints) {
    const peer = watched({ clock, network, platform }, "ROUTER");
    await peer.core.bind(endpoint);
    peers.push(peer);
  }
  const end = async (): Promise<void> => {
    const cores = [client.core.close(), ...peers.map(({ core }) => core.close(0))];
    await clock.elapse(2000);
    await Promise.all(cores);
  };
  return { client, network, peers, end };
}

describe("a client that connects once", () => {
  scenario("knows that nobody comes back when its peer has left in order", async (world) => {
    const { client, peers, end } = await scene(world, [FIRST]);
    client.core.connect(FIRST);
    await world.clock.elapse(1);
    const lost = outcomeOf(client.callWith({ requestId: "a", timeoutMs: 0 }, "work"));
    await world.clock.elapse(1);
    peers[0]?.pipes[0]?.close();
    await world.clock.elapse(1);
    expect(client.core.openCalls).toBe(0);
    expect(await lost).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(client.core.connected).toEqual([]);
    expect(await outcomeOf(client.callWith({ timeoutMs: 0 }, "work"))).toMatchObject({
      status: "unavailable",
      message:
        `no peer will take the call of "work": ${FIRST} ` +
        `(the connection to ${FIRST} has ended, and no other one is tried)`,
      mayHaveRun: false,
    });
    await end();
  });

  scenario("waits again when it is told to connect again", async (world) => {
    const { client, peers, end } = await scene(world, [FIRST]);
    client.core.connect(FIRST);
    await world.clock.elapse(1);
    peers[0]?.pipes[0]?.close();
    await world.clock.elapse(1);
    client.core.connect(FIRST);
    const outcome = outcomeOf(client.callWith({ timeoutMs: 0 }, "work"));
    await world.clock.elapse(1);
    expect([client.core.connected, client.core.peerCount]).toEqual([[FIRST], 1]);
    expect(peers[0]?.received).toHaveLength(1);
    await end();
    expect(await outcome).toMatchObject({ status: "cancelled" });
  });

  scenario("gives up an endpoint also while a peer is at another one", async (world) => {
    const { client, network, end } = await scene(world, [FIRST, SECOND]);
    client.core.connect(FIRST);
    await world.clock.elapse(1);
    const lost = outcomeOf(client.callWith({ requestId: "a", timeoutMs: 0 }, "work"));
    client.core.connect(SECOND);
    await world.clock.elapse(1);
    network.links[0]?.lose();
    await world.clock.elapse(1);
    expect([client.core.connected, client.core.openCalls]).toEqual([[SECOND], 0]);
    expect(await lost).toMatchObject({ status: "unavailable", mayHaveRun: true });
    await end();
  });
});
