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
    key: "",
    beats: true,
  };
}

test("finds a channel by route and id, and by nothing less", () => {
  const table = new ChannelTable();
  const plain = channel("id");
  const routed = channel("id", "hub");
  const further = channel("id", "hub", "2:xx");
  for (const one of [plain, routed, further]) table.add(one);
  for (const one of [plain, routed, further]) expect(table.find(one.route, one.id)).toBe(one);
  expect(table.find([], Buffer.from("other"))).toBeUndefined();
  expect(table.find([Buffer.from("hubid")], Buffer.from(""))).toBeUndefined();
});

test("keeps routes apart whose frames join to the same octets", () => {
  const table = new ChannelTable();
  const one = channel("i", "ab", "c");
  const other = channel("i", "a", "bc");
  table.add(one);
  table.add(other);
  expect(table.find(one.route, one.id)).toBe(one);
  expect(table.find(other.route, other.id)).toBe(other);
});

test("forgets a channel, but not a newer one of the same id", () => {
  const table = new ChannelTable();
  const older = channel("id");
  const newer = channel("id");
  table.add(older);
  table.add(newer);
  table.remove(older);
  expect(table.find([], newer.id)).toBe(newer);
  table.remove(newer);
  expect(table.find([], newer.id)).toBeUndefined();
});
