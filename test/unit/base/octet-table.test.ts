import { expect, test } from "vitest";
import { type OctetMember, OctetTable } from "../../../src/base/octet-table.ts";

interface Member extends OctetMember<Member> {}

function member(id: string, ...route: readonly string[]): Member {
  return {
    id: Buffer.from(id),
    route: route.map((frame) => Buffer.from(frame)),
    hash: 0,
    next: undefined,
  };
}

test("finds a member by route and id, and by nothing less", () => {
  const table = new OctetTable<Member>(0x811c_9dc5);
  const plain = member("id");
  const routed = member("id", "hub");
  const further = member("id", "hub", "2:xx");
  for (const one of [plain, routed, further]) table.add(one);
  for (const one of [plain, routed, further]) expect(table.find(one.route, one.id)).toBe(one);
  expect(table.find([], Buffer.from("other"))).toBeUndefined();
  expect(table.find([Buffer.from("hubid")], Buffer.from(""))).toBeUndefined();
});

test("keeps routes apart whose frames join to the same octets", () => {
  const table = new OctetTable<Member>(0x811c_9dc5);
  const one = member("i", "ab", "c");
  const other = member("i", "a", "bc");
  table.add(one);
  table.add(other);
  expect(table.find(one.route, one.id)).toBe(one);
  expect(table.find(other.route, other.id)).toBe(other);
});

test("forgets a member, but not a newer one of the same id", () => {
  const table = new OctetTable<Member>(0x811c_9dc5);
  const older = member("id");
  const newer = member("id");
  table.add(older);
  table.add(newer);
  table.remove(older);
  expect(table.find([], newer.id)).toBe(newer);
  table.remove(newer);
  expect(table.find([], newer.id)).toBeUndefined();
});

test("grows with its members and loses none, nor the order of equal ids", () => {
  const table = new OctetTable<Member>(1);
  const members = Array.from({ length: 500 }, (_, i) => member(`id-${i % 250}`));
  for (const one of members) table.add(one);
  for (const newer of members.slice(250)) expect(table.find([], newer.id)).toBe(newer);
  for (const newer of members.slice(250)) table.remove(newer);
  for (const older of members.slice(0, 250)) expect(table.find([], older.id)).toBe(older);
});

test("forgets nothing for a member that it does not know", () => {
  const table = new OctetTable<Member>(1);
  const known = member("id");
  table.add(known);
  table.remove(member("id"));
  expect(table.find([], known.id)).toBe(known);
});

test("says what it holds, and whether it held what is taken out", () => {
  const table = new OctetTable<Member>(1);
  const members = Array.from({ length: 40 }, (_, i) => member(`id-${i}`, `hop-${i % 3}`));
  for (const one of members) table.add(one);
  expect(new Set(table.values())).toEqual(new Set(members));
  expect(table.values()).toHaveLength(40);
  expect(members.map((one) => table.remove(one))).toEqual(members.map(() => true));
  expect(table.remove(members[0] as Member)).toBe(false);
  expect(table.values()).toEqual([]);
});
