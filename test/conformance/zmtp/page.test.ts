/**
 * The octets on our page about ZMTP, replayed with our connection as the left side.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  differenceOf,
  joinOctets,
  octetsFrom,
  parseTranscript,
  type TranscriptEntry,
} from "../../../src/testing/transcript.ts";
import type { Connection } from "../../../src/zmtp/connection.ts";
import { ZMTP_CODES } from "../../../src/zmtp/errors.ts";
import { ascii, connection, established } from "../../support/zmtp.ts";

const page = readFileSync(new URL("../../../docs/protocols/zmtp.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```transcript( \w+)?\n([^`]+)```/g)].map(
  ([, kind = "", text = ""]) => ({
    kind: kind.trim(),
    entries: parseTranscript(text),
  }),
);
const inOrder = blocks.filter(({ kind }) => kind === "");
const [greetings, handshake, messages, heartbeats] = inOrder.map(({ entries }) => entries);

/** Plays `entries` against `made`, which is told by `act` to say each of its lines. */
function play(
  made: Connection,
  entries: readonly TranscriptEntry[],
  acts: readonly (() => void)[],
) {
  const said: Uint8Array[] = [];
  const events = [];
  const left = [...acts];
  for (const { from, octets } of entries) {
    if (from === "left") {
      left.shift()?.();
      said.push(...made.takeOutput());
    } else {
      events.push(...made.receive(octets, 1000));
    }
  }
  expect(differenceOf(octetsFrom(entries, "left"), joinOctets(said))).toBeUndefined();
  return events;
}

const nothing = (): void => undefined;

test("shows greeting, handshake and messages as we speak them", () => {
  expect(inOrder).toHaveLength(4);
  const made = connection({ heartbeatIntervalMs: 2000, heartbeatTtlMs: 2000 });
  expect(play(made, greetings ?? [], [nothing])).toEqual([]);
  expect(play(made, handshake ?? [], [nothing])).toMatchObject([
    { type: "handshake-done", peer: { socketType: "ROUTER", routingId: ascii("server") } },
  ]);
  const hello = (): void => made.send([ascii(""), ascii("hello")]);
  expect(play(made, messages ?? [], [hello])).toEqual([
    { type: "message", frames: [ascii("world")] },
  ]);
  const ping = (): void => {
    made.wake(3000);
  };
  expect(play(made, heartbeats ?? [], [ping, nothing])).toEqual([]);
});

test("shows subscriptions as we speak them", () => {
  const entries = blocks.find(({ kind }) => kind === "subscriber")?.entries ?? [];
  const made = established({ socketType: "SUB" }, "PUB");
  play(made, entries, [() => made.subscribe(ascii("news")), () => made.cancel(ascii("news"))]);
  expect(entries).toHaveLength(2);
});

test("names every code", () => {
  expect(ZMTP_CODES.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
