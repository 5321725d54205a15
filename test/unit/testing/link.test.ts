import { expect, test } from "vitest";
import type { Wire, WireHandler } from "../../../src/sockets/dialer.ts";
import { everyOctet } from "../../../src/testing/cut.ts";
import { Link, type LinkOptions } from "../../../src/testing/link.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";
import { ascii } from "../../support/zmtp.ts";

/** Writes down what it hears. */
class Listener implements WireHandler {
  readonly heard: string[] = [];
  /** Called with every chunk. */
  onReceived: () => void = () => undefined;

  received(chunk: Uint8Array): void {
    this.heard.push(Buffer.from(chunk).toString());
    this.onReceived();
  }

  drained(): void {
    this.heard.push("(drained)");
  }

  closed(error: Error | undefined): void {
    this.heard.push(error === undefined ? "(closed)" : `(closed: ${error.message})`);
  }
}

function join(options: LinkOptions = {}) {
  const clock = new VirtualClock();
  const link = new Link(clock, options);
  const [left, right] = [new Listener(), new Listener()];
  link.left.attach(left);
  link.right.attach(right);
  return { clock, link, left, right };
}

function write(wire: Wire, text: string): boolean {
  return wire.write([ascii(text)]);
}

test("delivers after its latency, in order, both ways", () => {
  const { clock, link, left, right } = join({ latencyMs: 10, address: "here" });
  expect(link.left.address).toBe("here");
  write(link.left, "one");
  link.left.write([ascii("two"), ascii("three")]);
  write(link.right, "back");
  clock.advance(9);
  expect([left.heard, right.heard]).toEqual([[], []]);
  expect(link.bytesInFlight).toBe(15);
  clock.advance(1);
  expect(right.heard).toEqual(["one", "two", "three"]);
  expect(left.heard).toEqual(["back"]);
  expect(link.bytesInFlight).toBe(0);
});

test("is not touched by what the writer does to its buffer afterwards", () => {
  const { clock, link, right } = join();
  const octets = ascii("kept");
  link.left.write([octets]);
  octets.fill(0x78);
  clock.advance(0);
  expect(right.heard).toEqual(["kept"]);
});

test("delivers nothing before someone listens", () => {
  const clock = new VirtualClock();
  const link = new Link(clock);
  write(link.left, "early");
  clock.advance(10);
  const late = new Listener();
  link.right.attach(late);
  clock.advance(0);
  expect(late.heard).toEqual(["early"]);
});

test("cuts", () => {
  const { clock, link, right } = join({ cut: everyOctet });
  write(link.left, "abc");
  clock.advance(0);
  expect(right.heard).toEqual(["a", "b", "c"]);
});

test("stops in the middle of a cut chunk when the reader pauses, and goes on from there", () => {
  const { clock, link, right } = join({ cut: everyOctet });
  right.onReceived = () => link.right.pause();
  write(link.left, "abc");
  clock.advance(5);
  expect(right.heard).toEqual(["a"]);
  expect(link.bytesInFlight).toBe(2);
  link.right.resume();
  clock.advance(5);
  expect(right.heard).toEqual(["a", "b"]);
});

test("refuses more when its buffer is full, and says when it has room", () => {
  const { clock, link, left } = join({ bufferBytes: 4 });
  expect(write(link.left, "abc")).toBe(true);
  expect(write(link.left, "d")).toBe(false);
  clock.advance(0);
  expect(left.heard).toEqual(["(drained)"]);
  expect(write(link.left, "abc")).toBe(true);
});

test("holds everything back while it is frozen, and loses nothing", () => {
  const { clock, link, right } = join();
  link.freeze();
  write(link.left, "kept");
  clock.advance(1000);
  expect(right.heard).toEqual([]);
  link.thaw();
  clock.advance(0);
  expect(right.heard).toEqual(["kept"]);
});

test("ends after what was written, at both ends", () => {
  const { clock, link, left, right } = join({ latencyMs: 1 });
  write(link.left, "last");
  link.left.end();
  link.left.end();
  expect(write(link.left, "too late")).toBe(false);
  clock.advance(1);
  expect(right.heard).toEqual(["last", "(closed)"]);
  clock.advance(1);
  expect(left.heard).toEqual(["(closed)"]);
  expect(clock.pending).toBe(0);
});

test("closes at once when destroyed; the other end hears of it", () => {
  const { clock, link, left, right } = join({ latencyMs: 1 });
  write(link.right, "never heard");
  link.left.destroy();
  link.left.destroy();
  expect(left.heard).toEqual(["(closed)"]);
  expect(write(link.left, "too late")).toBe(false);
  clock.advance(1);
  expect(right.heard).toEqual(["(closed)"]);
  write(link.right, "nobody");
  clock.advance(1);
  expect(left.heard).toEqual(["(closed)"]);
});

test("loses what is in flight when it breaks", () => {
  const { clock, link, left, right } = join({ latencyMs: 1 });
  write(link.left, "lost");
  link.lose(new Error("cut"));
  link.lose();
  clock.advance(10);
  expect(left.heard).toEqual(["(closed: cut)"]);
  expect(right.heard).toEqual(["(closed: cut)"]);
  expect(link.bytesInFlight).toBe(0);
});

test("does not keep what is left of a chunk whose reader destroyed the wire", () => {
  const { clock, link, right } = join({ cut: everyOctet });
  right.onReceived = () => link.right.destroy();
  write(link.left, "abc");
  clock.advance(1);
  expect(right.heard).toEqual(["a", "(closed)"]);
  expect(link.bytesInFlight).toBe(0);
});

test("does not tell an end that has closed about room", () => {
  const { clock, link, left, right } = join({ bufferBytes: 1 });
  expect(write(link.left, "ab")).toBe(false);
  link.left.destroy();
  clock.advance(0);
  expect(right.heard).toEqual(["ab", "(closed)"]);
  expect(left.heard).toEqual(["(closed)"]);
});
