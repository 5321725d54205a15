import { expect, test } from "vitest";
import {
  ID_OCTETS,
  MessageIds,
  writeCounter,
} from "../../../../src/dialects/zerorpc/message-ids.ts";

function written(ids: MessageIds, counter: number): Uint8Array {
  const octets = new Uint8Array(ID_OCTETS);
  ids.writeSuffix(octets, 0);
  writeCounter(octets, 0, counter);
  return octets;
}

const text = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

test("makes 32 octets of hex of which eight count", () => {
  const ids = new MessageIds(() => 0.5);
  const first = ids.take();
  expect(text(written(ids, first))).toBe(`40000000${"8".repeat(24)}`);
  expect(text(written(ids, ids.take()))).toBe(`40000001${"8".repeat(24)}`);
});

test("knows its own ids again and no others", () => {
  const ids = new MessageIds(() => 0.99);
  const id = written(ids, 0xdead_beef);
  expect(text(id).startsWith("deadbeef")).toBe(true);
  expect(ids.parse(id, 0)).toBe(0xdead_beef);
  expect(ids.parse(written(new MessageIds(() => 0.1), 5), 0)).toBe(-1);
  id[3] = 0x58;
  expect(ids.parse(id, 0)).toBe(-1);
});

test("tells what the text of an id tells, whichever octet is another one", () => {
  const ids = new MessageIds(() => 0.5);
  const wrong: string[] = [];
  for (let at = 0; at < ID_OCTETS; at++) {
    for (let octet = 0; octet < 256; octet++) {
      const id = written(ids, 0xdead_beef);
      id[at] = octet;
      const plain = /^([0-9a-f]{8})8{24}$/.exec(text(id));
      const number = plain === null ? -1 : Number.parseInt(plain[1] ?? "", 16);
      if (ids.parse(id, 0) !== number) wrong.push(text(id));
    }
  }
  expect(wrong).toEqual([]);
});

test("starts again after the largest number", () => {
  let draw = 0;
  // The last draw of the constructor is the counter's.
  const ids = new MessageIds(() => (draw++ < 24 ? 0 : 1.999_999_999_9));
  let last = ids.take();
  expect(last).toBe(0xffff_ffff);
  last = ids.take();
  expect(last).toBe(0);
  expect(text(written(ids, last)).startsWith("00000000")).toBe(true);
});

test("gives ids as text", () => {
  expect(new MessageIds(() => 0.5).takeText()).toBe(`40000000${"8".repeat(24)}`);
});
