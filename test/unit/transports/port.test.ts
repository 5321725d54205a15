import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/rpc/packet.ts";
import type { Link, TransportOwner } from "../../../src/rpc/transport.ts";
import { type Parcel, portCounters, PortEnd, PortTransport } from "../../../src/transports/port.ts";

class Owner implements TransportOwner {
  readonly transport: PortTransport = new PortTransport(this);
  readonly log: string[] = [];
  onMessage: (text: string) => void = () => undefined;
  link: Link | undefined;

  opened(link: Link): void {
    this.link = link;
  }
  received(_link: Link, messages: readonly Message[]): void {
    for (const message of messages) {
      const text = message.map((frame) => new TextDecoder().decode(frame)).join("|");
      this.log.push(text);
      this.onMessage(text);
    }
  }
  drained(): void {
    this.log.push("drained");
  }
  closed(_link: Link, error: Error | undefined): void {
    this.log.push(`closed ${error?.message ?? ""}`);
  }
  unreachable(): void {
    this.log.push("unreachable");
  }
  send(...frames: string[]): void {
    this.link?.send(frames.map((frame) => new TextEncoder().encode(frame)));
  }
}

/** Two ends whose parcels are cloned and wait until they are delivered. */
class Wire {
  readonly posts: Parcel[][] = [[], []];
  readonly ends: readonly [PortEnd, PortEnd];

  constructor(lanes: number, highWaterMark: number) {
    const counters = portCounters(lanes);
    const end = (side: 0 | 1): PortEnd =>
      new PortEnd({
        counters,
        side,
        endpoint: `side ${side}`,
        highWaterMark,
        post: (parcel) => this.posts[side]?.push(structuredClone(parcel)),
      });
    this.ends = [end(0), end(1)];
  }

  /** Lets the turn end and delivers what one side has posted. */
  async deliver(from: 0 | 1): Promise<void> {
    await Promise.resolve();
    for (const parcel of this.posts[from]?.splice(0) ?? []) this.ends[1 - from]?.receive(parcel);
  }
}

function pair(highWaterMark = 1000): { wire: Wire; near: Owner; far: Owner } {
  const wire = new Wire(1, highWaterMark);
  const [near, far] = [new Owner(), new Owner()];
  wire.ends[0].open(0, near.transport);
  wire.ends[1].open(0, far.transport);
  return { wire, near, far };
}

describe("PortEnd", () => {
  test("carries the messages of one turn in one parcel, whole and in order", async () => {
    const { wire, near, far } = pair();
    near.send("a", "", "bc");
    near.send("d");
    await Promise.resolve();
    expect(wire.posts[0]).toHaveLength(1);
    await wire.deliver(0);
    expect(far.log).toEqual(["a||bc", "d"]);
    far.send("back");
    await wire.deliver(1);
    expect(near.log).toEqual(["back"]);
  });

  test("keeps the order of messages also between lanes", async () => {
    const wire = new Wire(2, 1000);
    const heard: string[] = [];
    const owners = [0, 1].map((lane) => {
      const [near, far] = [new Owner(), new Owner()];
      wire.ends[0].open(lane, near.transport);
      wire.ends[1].open(lane, far.transport);
      far.onMessage = (text) => heard.push(text);
      return near;
    });
    owners[1]?.send("first");
    owners[0]?.send("second");
    owners[1]?.send("third");
    await wire.deliver(0);
    expect(heard).toEqual(["first", "second", "third"]);
  });

  test("is full while too many messages were not taken, and then says that there is room", async () => {
    const { wire, near, far } = pair(2);
    near.send("1");
    expect(near.link?.full).toBe(false);
    near.send("2");
    expect(near.link?.full).toBe(true);
    await wire.deliver(0);
    expect(near.link?.full).toBe(false);
    await wire.deliver(1);
    expect(near.log).toEqual(["drained"]);
    near.send("3");
    await wire.deliver(0);
    await wire.deliver(1);
    expect([far.log, near.log]).toEqual([["1", "2", "3"], ["drained"]]);
  });

  test("takes no message while it is paused, and the sender stays full", async () => {
    const { wire, near, far } = pair(2);
    far.link?.pause();
    near.send("1");
    near.send("2");
    await wire.deliver(0);
    await wire.deliver(1);
    expect([near.link?.full, near.log, far.log]).toEqual([true, [], []]);
    far.link?.resume();
    await wire.deliver(1);
    expect([near.link?.full, near.log, far.log]).toEqual([false, ["drained"], ["1", "2"]]);
  });

  test("does not call a link drained that has filled up again meanwhile", async () => {
    const { wire, near } = pair(1);
    near.send("1");
    await wire.deliver(0);
    near.send("2");
    await wire.deliver(1);
    expect(near.log).toEqual([]);
    await wire.deliver(0);
    await wire.deliver(1);
    expect(near.log).toEqual(["drained"]);
  });

  test("knows to the message what the other end had begun with when it died", async () => {
    const { wire, near, far } = pair();
    const sent: number[] = [];
    far.onMessage = (text) => {
      if (text === "kill") throw new Error("dead");
    };
    near.transport.owner.closed = (link) => sent.push(link.sentMessages);
    for (const text of ["fine", "kill", "never"]) near.send(text);
    await expect(wire.deliver(0)).rejects.toThrow("dead");
    wire.ends[0].close(new Error("it died"));
    expect(sent).toEqual([2]);
  });

  test("tells both owners of its end once, and drops what comes later", async () => {
    const { wire, near, far } = pair();
    near.send("late");
    wire.ends[1].close(new Error("over"));
    wire.ends[1].close();
    await wire.deliver(0);
    far.send("nothing");
    far.link?.pause();
    far.link?.resume();
    wire.ends[1].receive({ room: 0 });
    await wire.deliver(1);
    expect([far.log, near.log]).toEqual([["closed over"], []]);
  });

  test("has no lane to give when the other end is gone", () => {
    const end = new Wire(1, 10).ends[0];
    const { transport } = new Owner();
    end.close(new Error("it died"));
    end.open(0, transport);
    expect(transport.connected).toEqual([]);
  });
});

describe("PortTransport", () => {
  test("has the links that it was given, and no endpoints", async () => {
    const { near, wire } = pair();
    expect([near.transport.connected, near.transport.bound]).toEqual([["side 0"], []]);
    expect(near.link).toMatchObject({ id: 1, endpoint: "side 0", address: "", socketType: "" });
    await expect(near.transport.bind()).rejects.toThrow("no endpoints");
    expect(() => near.transport.connect()).toThrow("no endpoints");
    await near.transport.unbind();
    near.transport.disconnect();
    await near.transport.close();
    expect(near.log).toEqual(["closed "]);
    wire.ends[0].open(0, near.transport);
    expect(near.transport.connected).toEqual([]);
  });
});
