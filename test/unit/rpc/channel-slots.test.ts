import { describe, expect, test } from "vitest";
import { ChannelSlots } from "../../../src/rpc/channel-slots.ts";

function numbersFrom(first: number): () => number {
  let next = first;
  return () => {
    const taken = next;
    next = next === 0xffff_ffff ? 0 : next + 1;
    return taken;
  };
}

describe("ChannelSlots", () => {
  test("finds a channel by its number, and by no other of the same slot", () => {
    const slots = new ChannelSlots();
    const channel = { counter: 7 };
    slots.add(channel);
    expect(slots.find(7)).toBe(channel);
    expect(slots.find(7 + 64)).toBeUndefined();
    slots.remove({ counter: 7 });
    expect(slots.find(7)).toBe(channel);
    slots.remove(channel);
    slots.remove(channel);
    expect([slots.find(7), slots.size]).toEqual([undefined, 0]);
  });

  test("passes over numbers whose slots are taken, so that a long call stands in nobody's way", () => {
    const slots = new ChannelSlots();
    const take = numbersFrom(0xffff_fff0);
    const long = { counter: slots.reserve(take) };
    slots.add(long);
    for (let i = 0; i < 1000; i++) {
      const short = { counter: slots.reserve(take) };
      slots.add(short);
      expect(slots.find(short.counter)).toBe(short);
      slots.remove(short);
    }
    expect(slots.find(long.counter)).toBe(long);
    expect(slots.size).toBe(1);
  });

  test("grows with the channels and loses none", () => {
    const slots = new ChannelSlots();
    const take = numbersFrom(5);
    const channels = Array.from({ length: 1000 }, () => {
      const channel = { counter: slots.reserve(take) };
      slots.add(channel);
      return channel;
    });
    expect(slots.values()).toEqual(channels);
    for (const channel of channels) expect(slots.find(channel.counter)).toBe(channel);
  });
});
