import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { asciiText } from "../../../../src/dialects/zerorpc/event.ts";
import { Bundle, BundleWriter } from "../../../../src/dialects/zerorpc/item-bundle.ts";
import type { OutgoingMessage } from "../../../../src/rpc/packet.ts";
import { arrived } from "../../../support/octets.ts";

const msgpack = new MsgpackCodec();

/** A bundle whose events are arrays of a name and what follows it. */
function bundleOf(writer: BundleWriter, one = "one", several = "several"): Bundle {
  return new Bundle(writer, {
    one: Uint8Array.of(0x92, ...asciiText(one)),
    several: Uint8Array.of(0x92, ...asciiText(several)),
    toMessage: (event) => [event],
  });
}

function read(message: OutgoingMessage): unknown {
  return msgpack.decode(arrived(message).at(-1) ?? new Uint8Array(0));
}

function taken(bundle: Bundle, values: readonly unknown[]): unknown {
  for (const value of values) bundle.add(value);
  return read(bundle.take());
}

describe("a bundle", () => {
  test("is an event of its own form with one item, and has an array of several", () => {
    const bundle = bundleOf(new BundleWriter());
    expect(taken(bundle, ["a"])).toEqual(["one", "a"]);
    expect(taken(bundle, ["a", { b: 1 }])).toEqual(["several", ["a", { b: 1 }]]);
  });

  test.each([2, 15, 16, 255, 256, 1000])("writes the length of %i items", (count) => {
    const values = Array.from({ length: count }, (_, index) => index);
    expect(taken(bundleOf(new BundleWriter()), values)).toEqual(["several", values]);
  });

  test("counts items and octets, and starts anew when they were taken", () => {
    const bundle = bundleOf(new BundleWriter());
    bundle.add("abc");
    bundle.add(7);
    expect([bundle.count, bundle.octets]).toEqual([2, 5]);
    bundle.take();
    expect([bundle.count, bundle.octets]).toEqual([0, 0]);
  });

  test("writes a value when it is added, whatever becomes of it later", () => {
    const bundle = bundleOf(new BundleWriter());
    const value = { n: 1 };
    bundle.add(value);
    value.n = 2;
    bundle.add(value);
    expect(read(bundle.take())).toEqual(["several", [{ n: 1 }, { n: 2 }]]);
  });

  test("goes on as it was behind a value that cannot be written", () => {
    const bundle = bundleOf(new BundleWriter());
    bundle.add(1);
    expect(() => bundle.add(["begun", () => undefined])).toThrow(/a function/);
    expect([bundle.count, bundle.octets]).toEqual([1, 1]);
    expect(taken(bundle, [2])).toEqual(["several", [1, 2]]);
  });

  test("gives up all but its last item", () => {
    const bundle = bundleOf(new BundleWriter());
    for (const value of [1, 2, "last"]) bundle.add(value);
    expect(read(bundle.takeEarlier())).toEqual(["several", [1, 2]]);
    expect([bundle.count, bundle.octets]).toEqual([1, 5]);
    expect(read(bundle.take())).toEqual(["one", "last"]);
  });

  test("forgets what it is told to", () => {
    const bundle = bundleOf(new BundleWriter());
    bundle.add(1);
    bundle.discard();
    expect([bundle.count, bundle.octets]).toEqual([0, 0]);
    expect(taken(bundle, [2])).toEqual(["one", 2]);
  });
});

describe("a value that is being added", () => {
  /** What a getter reads when it does something. */
  const doing = (task: () => void): unknown => ["begun", { toJSON: () => [task(), "done"] }];

  test("is no part of what its toJSON has taken", () => {
    const bundle = bundleOf(new BundleWriter());
    const inside: OutgoingMessage[] = [];
    bundle.add(1);
    bundle.add(doing(() => inside.push(bundle.take())));
    expect(inside.map(read)).toEqual([["one", 1]]);
    expect([bundle.count, bundle.octets]).toEqual([1, 14]);
    bundle.add(3);
    expect(read(bundle.takeEarlier())).toEqual(["one", ["begun", [1, "done"]]]);
    expect(read(bundle.take())).toEqual(["one", 3]);
  });

  test("is whole when its toJSON has those before it forgotten", () => {
    const bundle = bundleOf(new BundleWriter());
    bundle.add("x".repeat(100));
    bundle.add(doing(() => bundle.discard()));
    expect(read(bundle.take())).toEqual(["one", ["begun", [null, "done"]]]);
  });

  test("leaves nothing when it fails behind what its toJSON has taken", () => {
    const bundle = bundleOf(new BundleWriter());
    bundle.add("x".repeat(100));
    expect(() => bundle.add([doing(() => bundle.take()), Symbol("no")])).toThrow(/a symbol/);
    expect([bundle.count, bundle.octets]).toEqual([0, 0]);
    expect(taken(bundle, [2])).toEqual(["one", 2]);
  });
});

describe("bundles of one writer", () => {
  test("keep their items apart while they take turns", () => {
    const writer = new BundleWriter();
    const [first, second] = [bundleOf(writer), bundleOf(writer, "uno", "varios")];
    for (let i = 0; i < 5; i++) {
      first.add(i);
      second.add(`s${i}`);
    }
    expect([first.octets, second.octets]).toEqual([5, 15]);
    expect(read(first.take())).toEqual(["several", [0, 1, 2, 3, 4]]);
    expect(read(second.takeEarlier())).toEqual(["varios", ["s0", "s1", "s2", "s3"]]);
    expect(read(second.take())).toEqual(["uno", "s4"]);
  });

  test("do not mix when one fails to be written while the other waits", () => {
    const writer = new BundleWriter();
    const [first, second] = [bundleOf(writer), bundleOf(writer)];
    first.add("kept");
    expect(() => second.add(Symbol("no"))).toThrow(/a symbol/);
    expect(taken(first, ["more"])).toEqual(["several", ["kept", "more"]]);
    expect(taken(second, [1])).toEqual(["one", 1]);
  });

  test("refuse an item that comes while another is being written", () => {
    const writer = new BundleWriter();
    const [first, second] = [bundleOf(writer), bundleOf(writer)];
    const value = { toJSON: () => second.add("inside") };
    expect(() => first.add(value)).toThrow(/from toJSON or a getter/);
    expect(taken(first, [1])).toEqual(["one", 1]);
  });

  test("outlast the slab that they were begun in", () => {
    const bundle = bundleOf(new BundleWriter());
    const values = Array.from({ length: 300 }, (_, index) => "x".repeat(index * 10));
    expect(taken(bundle, values)).toEqual(["several", values]);
  });
});
