import { expect, test } from "vitest";
import { type Linked, LinkedList } from "../../../src/base/linked-list.ts";

interface Member extends Linked<Member> {
  readonly name: string;
}

function member(name: string): Member {
  return { name, next: undefined, previous: undefined };
}

function namesOf(list: LinkedList<Member>): string {
  let names = "";
  for (let at = list.first; at !== undefined; at = at.next) names += at.name;
  return names;
}

test("members leave from anywhere, and may come again", () => {
  const list = new LinkedList<Member>();
  const [a, b, c] = ["a", "b", "c"].map(member) as [Member, Member, Member];
  for (const one of [a, b, c]) list.push(one);
  expect([namesOf(list), list.size, list.last]).toEqual(["abc", 3, c]);
  list.remove(b);
  expect(namesOf(list)).toBe("ac");
  list.push(b);
  list.remove(a);
  expect(namesOf(list)).toBe("cb");
  list.remove(b);
  list.remove(c);
  expect([list.size, list.first, list.last]).toEqual([0, undefined, undefined]);
});

test("a list that is cleared lets go of its members", () => {
  const list = new LinkedList<Member>();
  const [a, b] = ["a", "b"].map(member) as [Member, Member];
  list.push(a);
  list.push(b);
  list.clear();
  expect([list.size, list.first, a.next, b.previous]).toEqual([0, undefined, undefined, undefined]);
  list.push(b);
  expect(namesOf(list)).toBe("b");
});
