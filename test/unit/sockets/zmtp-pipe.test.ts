import { describe, expect, test } from "vitest";
import type { Wire, WireHandler } from "../../../src/sockets/dialer.ts";
import { FlushQueue } from "../../../src/sockets/flush-queue.ts";
import type { PipeOwner } from "../../../src/sockets/pipe.ts";
import {
  FLUSH_MESSAGES,
  MAX_WAITING_REPLY_BYTES,
  ZmtpPipe,
} from "../../../src/sockets/zmtp-pipe.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";
import { connection, frame, hex, opening } from "../../support/zmtp.ts";
import { message } from "../../support/pipes.ts";

/** A wire that writes down what happens to it. */
class FakeWire implements Wire {
  readonly address = "peer";
  readonly writes: number[] = [];
  /** Where the first octet of each write lay. */
  readonly places: number[] = [];
  copies = false;
  accepts = true;
  unsentBytes = 0;
  reading = true;
  ended = false;
  destroyed = false;
  #handler: WireHandler | undefined;

  attach(handler: WireHandler): void {
    this.#handler = handler;
  }
  write(chunks: readonly Uint8Array[]): boolean {
    this.writes.push(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    this.places.push(chunks[0]?.byteOffset ?? -1);
    return this.accepts;
  }
  pause(): void {
    this.reading = false;
  }
  resume(): void {
    this.reading = true;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  get handler(): WireHandler {
    if (this.#handler === undefined) throw new Error("nobody is attached");
    return this.#handler;
  }
}

function setUp(sendHighWaterMark = 1000, lingerMs = 5000, answers = false) {
  const wire = new FakeWire();
  const clock = new VirtualClock();
  const log: string[] = [];
  const turn: (() => void)[] = [];
  const owner: PipeOwner = {
    opened: () => {},
    received: (from, messages) => {
      log.push(`received ${messages.length}`);
      for (const _ of messages) if (answers) from.send(message("yes"));
    },
    drained: () => log.push("drained"),
    closed: () => {},
  };
  const pipe = new ZmtpPipe({
    id: 1,
    endpoint: "tcp://a:1",
    origin: "bound",
    clock,
    flushQueue: new FlushQueue((task) => turn.push(task)),
    sendHighWaterMark,
    sendHighWaterBytes: 1_000_000,
    lingerMs,
    owner,
    wire,
    connection: connection({ socketType: "DEALER" }),
    authenticate: () => true,
    lifecycle: {
      opened: () => log.push("opened"),
      refused: (_pipe, error, retry) => log.push(`refused ${String(retry)} ${error.name}`),
      ended: (_pipe, error) => log.push(`ended ${error?.message ?? ""}`.trim()),
      released: () => log.push("released"),
    },
  });
  pipe.start();
  const endTurn = (): void => {
    for (const task of turn.splice(0)) task();
  };
  endTurn();
  const open = (): void => {
    wire.handler.received(opening());
    endTurn();
    wire.writes.length = 0;
    log.length = 0;
  };
  return { wire, clock, pipe, log, endTurn, open };
}

describe("writing", () => {
  test("joins the messages of a turn in one write", () => {
    const { wire, pipe, endTurn, open } = setUp();
    open();
    for (let n = 0; n < 10; n += 1) pipe.send(message("x"));
    expect([wire.writes, pipe.queuedMessages, pipe.sentMessages]).toEqual([[], 10, 0]);
    endTurn();
    expect([wire.writes, pipe.queuedMessages, pipe.sentMessages]).toEqual([[30], 0, 10]);
  });

  test("does not wait for the end of the turn with many messages, or many octets", () => {
    const { wire, pipe, open } = setUp();
    open();
    for (let n = 0; n < FLUSH_MESSAGES; n += 1) pipe.send(message("x"));
    expect(wire.writes).toEqual([FLUSH_MESSAGES * 3]);
    pipe.send([new Uint8Array(100_000)]);
    expect(wire.writes).toHaveLength(2);
  });

  test("takes twice as many messages for each further write of a turn, up to half of what it may hold", () => {
    const { wire, pipe, endTurn, open } = setUp(128);
    open();
    for (let n = 0; n < 200; n += 1) pipe.send(message("x"));
    endTurn();
    expect(wire.writes).toEqual([32, 64, 64, 40].map((messages) => messages * 3));
    wire.writes.length = 0;
    for (let n = 0; n < 32; n += 1) pipe.send(message("x"));
    expect(wire.writes).toEqual([32 * 3]);
  });

  test("keeps messages while the wire wants no more, and is full at the high-water mark", () => {
    const { wire, pipe, log, endTurn, open } = setUp(100);
    open();
    wire.accepts = false;
    pipe.send([new Uint8Array(100_000)]);
    for (let n = 0; n < 99; n += 1) pipe.send(message("x"));
    endTurn();
    expect([wire.writes.length, pipe.queuedMessages, pipe.full]).toEqual([1, 99, false]);
    pipe.send(message("x"));
    expect([pipe.queuedMessages, pipe.sentMessages, pipe.full]).toEqual([100, 1, true]);
    wire.accepts = true;
    wire.handler.drained();
    expect([pipe.queuedMessages, pipe.sentMessages, pipe.full]).toEqual([0, 101, false]);
    expect(log).toEqual(["drained"]);
  });

  test("tells what has not left, whether it or the wire has it", () => {
    const { wire, pipe, endTurn, open } = setUp();
    open();
    wire.accepts = false;
    pipe.send([new Uint8Array(100_000)]);
    wire.unsentBytes = 70_000;
    pipe.send(message("x"));
    endTurn();
    expect(pipe.unsentBytes).toBe(70_003);
    wire.accepts = true;
    wire.unsentBytes = 0;
    wire.handler.drained();
    expect(pipe.unsentBytes).toBe(0);
  });

  test("writes what has gathered when it is asked to, unless the wire wants no more", () => {
    const { wire, pipe, endTurn, open } = setUp();
    open();
    pipe.send(message("x"));
    pipe.writeNow();
    expect(wire.writes).toEqual([3]);
    pipe.writeNow();
    endTurn();
    expect(wire.writes).toEqual([3]);
    wire.accepts = false;
    pipe.send(message("x"));
    endTurn();
    pipe.send(message("x"));
    pipe.writeNow();
    expect(wire.writes).toEqual([3, 3]);
  });

  test("answers one message at once, and several that came together when the turn ends", () => {
    const { wire, endTurn, open } = setUp(1000, 5000, true);
    open();
    wire.handler.received(frame(0, hex("01")));
    expect(wire.writes).toEqual([5]);
    endTurn();
    expect(wire.writes).toEqual([5]);
    wire.handler.received(hex("00 01 01 00 01 02 00 01 03"));
    expect(wire.writes).toEqual([5]);
    endTurn();
    expect(wire.writes).toEqual([5, 15]);
  });

  test("writes only the first of what follows one message at once, whenever it comes", () => {
    const { wire, pipe, endTurn, open } = setUp();
    open();
    wire.handler.received(frame(0, hex("01")));
    endTurn();
    for (let n = 0; n < 3; n += 1) pipe.send(message("x"));
    expect(wire.writes).toEqual([3]);
    endTurn();
    expect(wire.writes).toEqual([3, 6]);
    pipe.send(message("x"));
    expect(wire.writes).toEqual([3, 6]);
  });

  test("uses memory again that the wire has copied, but not while some of it is unsent", () => {
    const { wire, pipe, endTurn, open } = setUp();
    open();
    wire.places.length = 0;
    const write = (): void => {
      pipe.send(message("x"));
      endTurn();
    };
    write();
    write();
    wire.copies = true;
    write();
    write();
    wire.unsentBytes = 3;
    write();
    write();
    const [first = 0] = wire.places;
    expect(wire.places.map((place) => place - first)).toEqual([0, 3, 6, -first, -first, 3 - first]);
  });

  test("tells of room only those who have seen that there was none", () => {
    const { wire, pipe, log, open } = setUp(FLUSH_MESSAGES);
    open();
    for (let n = 0; n < FLUSH_MESSAGES; n += 1) pipe.send(message("x"));
    pipe.send([new Uint8Array(2_000_000)]);
    expect([wire.writes.length, pipe.full, log]).toEqual([2, false, []]);
    wire.accepts = false;
    pipe.send([new Uint8Array(2_000_000)]);
    pipe.send([new Uint8Array(2_000_000)]);
    expect([wire.writes.length, pipe.full, log]).toEqual([3, true, []]);
    wire.handler.drained();
    expect([pipe.full, log]).toEqual([false, ["drained"]]);
  });

  test("is full at the high-water mark of octets, too", () => {
    const { wire, pipe, open } = setUp();
    open();
    wire.accepts = false;
    const large = [new Uint8Array(400_000)];
    for (const full of [false, false, false, true]) {
      pipe.send(large);
      expect(pipe.full).toBe(full);
    }
    wire.accepts = true;
    wire.handler.drained();
    expect(pipe.full).toBe(false);
  });

  test("stops reading from a peer that sends PING and does not read PONG", () => {
    const { wire, open, pipe } = setUp();
    open();
    wire.accepts = false;
    pipe.send([new Uint8Array(100_000)]);
    const ping = frame(4, hex("04 50494e47 0000 30313233343536373839616263646566"));
    const flood = MAX_WAITING_REPLY_BYTES / 20;
    for (let n = 0; n < flood && wire.reading; n += 1) wire.handler.received(ping);
    expect(wire.reading).toBe(false);
    pipe.pause();
    pipe.resume();
    expect(wire.reading).toBe(false);
    wire.accepts = true;
    wire.handler.drained();
    expect(wire.reading).toBe(true);
  });
});

describe("ending", () => {
  test("writes what is left when the wire has drained, then ends it", () => {
    const { wire, pipe, log, open } = setUp();
    open();
    wire.accepts = false;
    pipe.send([new Uint8Array(100_000)]);
    pipe.send(message("last"));
    pipe.close();
    expect([log, wire.ended]).toEqual([["ended"], false]);
    wire.handler.drained();
    expect([wire.writes.length, wire.ended]).toEqual([2, true]);
    wire.handler.received(frame(0, hex("00")));
    wire.handler.closed(undefined);
    wire.handler.closed(undefined);
    expect(log).toEqual(["ended", "released"]);
  });

  test("cuts a peer that does not read what is left for it, after the linger time", () => {
    const { wire, clock, pipe, log, open } = setUp();
    open();
    wire.accepts = false;
    pipe.send([new Uint8Array(100_000)]);
    pipe.close();
    clock.advance(4999);
    expect(wire.destroyed).toBe(false);
    clock.advance(1);
    expect(wire.destroyed).toBe(true);
    wire.handler.closed(undefined);
    expect(log).toEqual(["ended", "released"]);
  });

  test("cuts a peer that takes everything and does not end, too, or earlier where that is asked for", () => {
    const { wire, clock, pipe, open } = setUp();
    open();
    pipe.close(100);
    expect([wire.ended, wire.destroyed]).toEqual([true, false]);
    clock.advance(100);
    expect(wire.destroyed).toBe(true);
  });

  test("cuts nobody who ends in time, nor where it lingers for ever", () => {
    const inTime = setUp();
    inTime.open();
    inTime.pipe.close();
    inTime.wire.handler.closed(undefined);
    const endless = setUp(1000, Infinity);
    endless.open();
    endless.pipe.close();
    expect([inTime.clock.pending, endless.clock.pending]).toEqual([0, 0]);
  });

  test("drops what is left at once where it must not linger", () => {
    const { wire, pipe, log, open } = setUp(1000, 0);
    open();
    pipe.send(message("dropped"));
    pipe.close();
    expect([wire.writes, wire.destroyed, log]).toEqual([[], true, ["ended"]]);
  });

  test("reads on to see the other end, also when it was paused", () => {
    const { wire, pipe, open } = setUp();
    open();
    pipe.pause();
    pipe.close();
    expect([wire.ended, wire.reading]).toEqual([true, true]);
  });

  test("cuts the wire at once when the peer breaks the protocol", () => {
    const { wire, log, open } = setUp();
    open();
    wire.handler.received(hex("00 01 61 f8 00"));
    expect(log[0]).toBe("received 1");
    expect(log[1]).toMatch(/^ended expected frame flag bits/u);
    expect(wire.destroyed).toBe(true);
  });

  test("gives a peer that does not fit a second to see why", () => {
    const { wire, clock, log } = setUp();
    wire.handler.received(opening("PULL"));
    expect(log).toEqual(["refused false ZmtpError"]);
    expect([wire.ended, wire.destroyed]).toEqual([true, false]);
    clock.advance(1000);
    expect(wire.destroyed).toBe(true);
  });

  test("is refused when the wire ends before the handshake does", () => {
    const { wire, clock, log } = setUp();
    wire.handler.closed(undefined);
    expect(log).toEqual(["refused true TransportError", "released"]);
    expect(clock.pending).toBe(0);
  });

  test("ends a handshake without a word", () => {
    const { wire, pipe, log } = setUp();
    pipe.close();
    expect(wire.destroyed).toBe(true);
    wire.handler.closed(undefined);
    expect(log).toEqual(["released"]);
  });
});
