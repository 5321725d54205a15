import { arrived } from "../../../support/octets.ts";
import { expect, test } from "vitest";
import { zerorpc } from "../../../../src/dialects/zerorpc/dialect.ts";
import type { Packet } from "../../../../src/rpc/packet.ts";

test("recognises an array of three that begins with a map, in the last frame", () => {
  const { recognises } = zerorpc();
  for (const map of [0x80, 0x82, 0x8f, 0xde, 0xdf]) {
    expect(recognises([new Uint8Array(0), Uint8Array.of(0x93, map)])).toBe(true);
    expect(recognises([Uint8Array.of(0x93, map)])).toBe(true);
  }
  for (const other of [
    [],
    [0x93],
    [0x7b],
    [0x92, 0x82],
    [0x94, 0x82],
    [0x93, 0xa1],
    [0x93, 0x90],
  ]) {
    expect(recognises([new Uint8Array(0), Uint8Array.from(other)])).toBe(false);
  }
  expect(recognises([Uint8Array.of(0x93, 0x82), Uint8Array.of(0x7b)])).toBe(false);
  expect(recognises([])).toBe(false);
});

test("trusts an old peer with no more items than the original does", () => {
  const { traits } = zerorpc();
  expect(traits.plainWindowItems).toBe(100);
  expect(traits.freeItems).toBe(1);
});

test("keeps to its limits", () => {
  const dialect = zerorpc({ random: () => 0.5, limits: { maxDepth: 2, maxElements: 10 } });
  const client = zerorpc().clientTranslator({ socketType: "ROUTER" });
  const request = client.encode({
    type: "request",
    channel: client.open(),
    method: "add",
    args: [[[[]]]],
    options: undefined,
  });
  const packets: Packet[] = [];
  dialect.serverTranslator({ socketType: "DEALER" }).decode(arrived(request), packets);
  expect(packets).toMatchObject([{ type: "malformed", channel: {} }]);
});

test("options that it has not are refused", () => {
  expect(() => zerorpc({ limit: {} } as Parameters<typeof zerorpc>[0])).toThrow(
    "did you mean limits",
  );
});
