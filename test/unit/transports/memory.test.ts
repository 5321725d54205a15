import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/rpc/packet.ts";
import type { Link, Transport, TransportOwner } from "../../../src/rpc/transport.ts";
import { MemoryHub } from "../../../src/transports/memory.ts";

class Owner implements TransportOwner {
  readonly transport: Transport;
  readonly log: string[] = [];
  readonly received_: number[] = [];
  link: Link | undefined;

  constructor(hub: MemoryHub, role: "client" | "server") {
    this.transport = hub.transport(role, this);
  }
  opened(link: Link): void {
    this.link = link;
    this.log.push("opened");
  }
  received(_link: Link, messages: readonly Message[]): void {
    for (const [frame] of messages) this.received_.push(frame?.[0] ?? -1);
  }
  drained(): void {
    this.log.push("drained");
  }
  closed(_link: Link, error: Error | undefined): void {
    this.log.push(`closed ${error?.message ?? ""}`);
  }
  unreachable(endpoint: string): void {
    this.log.push(`unreachable ${endpoint}`);
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

async function pair(hub: MemoryHub): Promise<[Owner, Owner]> {
  const server = new Owner(hub, "server");
  const client = new Owner(hub, "client");
  await server.transport.bind("memory://a");
  client.transport.connect("memory://a");
  await settle();
  return [server, client];
}

function number(n: number): Message {
  return [Uint8Array.of(n)];
}

describe("MemoryHub", () => {
  test("joins who connects and who binds, in either order, by one wire", async () => {
    const hub = new MemoryHub();
    const client = new Owner(hub, "client");
    client.transport.connect("memory://a");
    client.transport.connect("memory://a");
    await settle();
    const server = new Owner(hub, "server");
    expect(await server.transport.bind("memory://a")).toBe("memory://a");
    await settle();
    expect(hub.wires.length).toBe(1);
    expect(client.log).toEqual(["unreachable memory://a", "opened"]);
    expect(server.log).toEqual(["opened"]);
    expect([client.transport.connected, server.transport.bound]).toEqual([
      ["memory://a"],
      ["memory://a"],
    ]);
    await expect(new Owner(hub, "server").transport.bind("memory://a")).rejects.toMatchObject({
      code: "TRANSPORT_ADDRESS_IN_USE",
      endpoint: "memory://a",
    });
  });

  test("carries messages in order, never within the turn that sent them", async () => {
    const [server, client] = await pair(new MemoryHub());
    client.link?.send(number(1));
    client.link?.send(number(2));
    expect(server.received_).toEqual([]);
    expect(client.link?.sentMessages).toBe(0);
    await settle();
    expect(server.received_).toEqual([1, 2]);
    expect(client.link?.sentMessages).toBe(2);
  });

  test("is full while a peer does not read, and says when it has", async () => {
    const [server, client] = await pair(new MemoryHub({ highWaterMark: 2 }));
    server.link?.pause();
    for (const n of [1, 2, 3]) client.link?.send(number(n));
    await settle();
    expect(client.link?.full).toBe(true);
    server.link?.resume();
    await settle();
    expect(client.link?.full).toBe(false);
    expect(client.log).toEqual(["opened", "drained"]);
    expect(server.received_).toEqual([1, 2, 3]);
  });

  test("freezes and thaws a wire", async () => {
    const hub = new MemoryHub();
    const [server, client] = await pair(hub);
    hub.wires[0]?.freeze();
    client.link?.send(number(1));
    await settle();
    expect([server.received_, client.link?.sentMessages]).toEqual([[], 0]);
    hub.wires[0]?.thaw();
    hub.wires[0]?.thaw();
    await settle();
    expect(server.received_).toEqual([1]);
  });

  test("loses what waits on a wire that breaks, and connects again", async () => {
    const hub = new MemoryHub();
    const [server, client] = await pair(hub);
    const [wire] = hub.wires;
    client.link?.send(number(1));
    wire?.break(new Error("cut"));
    wire?.break();
    wire?.close();
    await settle();
    expect(server.received_).toEqual([]);
    expect(client.log).toEqual(["opened", "closed cut", "opened"]);
    expect(hub.wires.length).toBe(1);
  });

  test("delivers what waits before it closes, and takes nothing afterwards", async () => {
    const hub = new MemoryHub();
    const [server, client] = await pair(hub);
    client.link?.send(number(1));
    client.link?.close();
    client.link?.send(number(2));
    await settle();
    expect(server.received_).toEqual([1]);
    expect(server.log).toEqual(["opened", "closed ", "opened"]);
    client.transport.disconnect("memory://a");
    client.transport.disconnect("memory://a");
    await settle();
    expect(hub.wires).toEqual([]);
    await server.transport.unbind("memory://a");
    await server.transport.unbind("memory://a");
    await Promise.all([client.transport.close(0), server.transport.close(0)]);
  });

  test("keeps the wires of others when one transport closes", async () => {
    const hub = new MemoryHub();
    const [server, client] = await pair(hub);
    const other = new Owner(hub, "client");
    other.transport.connect("memory://a");
    await settle();
    await client.transport.close(0);
    await settle();
    expect(hub.wires.length).toBe(1);
    await server.transport.close(0);
    await settle();
    expect(other.log).toEqual(["opened", "closed ", "unreachable memory://a"]);
  });
});
