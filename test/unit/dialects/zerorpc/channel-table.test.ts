import { expect, test } from "vitest";
import { ChannelTable } from "../../../../src/dialects/zerorpc/channel-table.ts";
import type { ServerChannel } from "../../../../src/dialects/zerorpc/server-translator.ts";

function channel(id: string, ...route: readonly string[]): ServerChannel {
  return {
    call: undefined,
    extended: false,
    id: Buffer.from(id),
    route: route.map((frame) => Buffer.from(frame)),
    version: 3,
    announce: false,
    itemTemplate: undefined,
    hash: 0,
    next: undefined,
    beats: true,
  };
}

test("finds a channel by route and id, and by nothing less", () => {
  const table = new ChannelTable(0x811c_9dc5);
  const plain = channel("id");
  const routed = channel("id", "hub");
  const further = channel("id", "hub", "2:xx");
  for (const one of [plain, routed, further]) table.add(one);
  for (const one of [plain, routed, further]) expect(table.find(one.route, one.id)).toBe(one);
  expect(table.find([], Buffer.from("other"))).toBeUndefined();
  expect(table.find([Buffer.from("hubid")], Buffer.from(""))).toBeUndefined();
});

test("keeps routes apart whose frames join to the same octets", () => {
  const table = new ChannelTable(0x811c_9dc5);
  const one = channel("i", "ab", "c");
  const other = channel("i", "a", "bc");
  table.add(one);
  table.add(other);
  expect(table.find(one.route, one.id)).toBe(one);
  expect(table.find(other.route, other.id)).toBe(other);
});

test("forgets a channel, but not a newer one of the same id", () => {
  const table = new ChannelTable(0x811c_9dc5);
  const older = channel("id");
  const newer = channel("id");
  table.add(older);
  table.add(newer);
  table.remove(older);
  expect(table.find([], newer.id)).toBe(newer);
  table.remove(newer);
  expect(table.find([], newer.id)).toBeUndefined();
});

test("grows with the channels and loses none, nor the order of equal ids", () => {
  const table = new ChannelTable(1);
  const channels = Array.from({ length: 500 }, (_, i) => channel(`id-${i % 250}`));
  for (const one of channels) table.add(one);
  for (const newer of channels.slice(250)) expect(table.find([], newer.id)).toBe(newer);
  for (const newer of channels.slice(250)) table.remove(newer);
  for (const older of channels.slice(0, 250)) expect(table.find([], older.id)).toBe(older);
});

test("forgets nothing for a channel that it does not know", () => {
  const table = new ChannelTable(1);
  const known = channel("id");
  table.add(known);
  table.remove(channel("id"));
  expect(table.find([], known.id)).toBe(known);
});
