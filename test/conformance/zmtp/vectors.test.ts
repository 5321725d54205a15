/**
 * Conversations between two sockets of libzmq, replayed with our connection in the place of either.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { everyOctet, randomCuts, seededRandom, whole } from "../../../src/testing/cut.ts";
import { differenceOf, joinOctets } from "../../../src/testing/transcript.ts";
import type { Connection } from "../../../src/zmtp/connection.ts";
import type { ConnectionEvent } from "../../../src/zmtp/connection-event.ts";
import type { SocketType } from "../../../src/zmtp/socket-type.ts";
import { ascii, closedBy, connection, hex } from "../../support/zmtp.ts";

type Side = "client" | "server";

interface Scenario {
  readonly name: string;
  readonly socketTypes: Readonly<Record<Side, SocketType>>;
  readonly decoded: Readonly<Record<Side, readonly Decoded[]>>;
  readonly exchange: readonly { readonly from: Side; readonly bytes?: string }[];
}

interface Decoded {
  readonly greeting?: { readonly mechanism: string };
  readonly properties?: Readonly<Record<string, string>>;
  readonly ttl?: number;
}

const file = new URL("../../../../shared/vectors/zmtp.json", import.meta.url);
const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as { scenarios: Scenario[] };

const GREETING_BYTES = 64;
const INTERVAL_MS = 100;
const cuts = [whole, everyOctet, randomCuts(seededRandom(1), 40)];

/** Everything that one side wrote. */
function written({ exchange }: Scenario, side: Side): Uint8Array {
  return joinOctets(
    exchange.filter(({ from }) => from === side).map(({ bytes }) => hex(bytes ?? "")),
  );
}

/** Frames, read in the plainest way. */
function framesOf(octets: Uint8Array): { flags: number; body: Uint8Array }[] {
  const frames = [];
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  for (let at = GREETING_BYTES; at < octets.length;) {
    const flags = view.getUint8(at);
    const long = (flags & 2) !== 0;
    const size = long ? Number(view.getBigUint64(at + 1)) : view.getUint8(at + 1);
    const start = at + (long ? 9 : 2);
    frames.push({ flags, body: octets.subarray(start, start + size) });
    at = start + size;
  }
  return frames;
}

function other(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** Our connection in the place of `side`. */
function actor(scenario: Scenario, side: Side): Connection {
  const decoded = scenario.decoded[side];
  const identity = decoded.find(({ properties }) => properties)?.properties?.["Identity"] ?? "";
  const ttl = decoded.find((entry) => entry.ttl !== undefined)?.ttl;
  return connection({
    socketType: scenario.socketTypes[side],
    routingId: ascii(identity),
    ...(ttl === undefined ? {} : { heartbeatIntervalMs: INTERVAL_MS, heartbeatTtlMs: ttl * 100 }),
  });
}

/** Names of commands, each with its size in front. */
const CONTROL = ["\x04PING", "\x04PONG", "\x09SUBSCRIBE", "\x06CANCEL"];

/** Says to `made` what makes it send the frames that libzmq sent. */
function perform(made: Connection, frames: ReturnType<typeof framesOf>): Uint8Array {
  let message: Uint8Array[] = [];
  let now = 0;
  const output: Uint8Array[] = [];
  for (const { flags, body } of frames) {
    const text = flags === 4 ? Buffer.from(body).toString("latin1") : "";
    const name = CONTROL.find((command) => text.startsWith(command)) ?? "";
    const topic = body.subarray(name.length);
    if (name === "\x04PING") {
      now += INTERVAL_MS;
      made.wake(now);
    } else if (name === "\x04PONG") {
      made.receive(hex("04 07 04 50 49 4e 47 00 00"), now);
    } else if (name === "\x09SUBSCRIBE") {
      made.subscribe(topic);
    } else if (name === "\x06CANCEL") {
      made.cancel(topic);
    } else {
      message.push(body);
      if ((flags & 1) === 0) {
        made.send(message);
        message = [];
      }
    }
    output.push(...made.takeOutput());
    // A sign of life, so that no heartbeat of ours runs out.
    made.receive(hex("04 05 04 50 4f 4e 47"), now);
  }
  return joinOctets(output);
}

const NO_MESSAGES = new Set(["PING", "PONG"]);

/** What a connection of `type` has to tell of frames. */
function eventsOf(frames: ReturnType<typeof framesOf>, type: SocketType): unknown[] {
  const events = [];
  let message: Uint8Array[] = [];
  for (const { flags, body } of frames) {
    const nameBytes = flags === 4 ? (body[0] ?? 0) : 0;
    const name = Buffer.from(body.subarray(1, 1 + nameBytes)).toString();
    if (flags === 4) {
      if (NO_MESSAGES.has(name)) continue;
      const event = name === "SUBSCRIBE" ? "subscribe" : "cancel";
      events.push({ type: event, topic: body.subarray(1 + nameBytes) });
    } else if (type === "XPUB" && (body[0] ?? 2) <= 1) {
      events.push({ type: body[0] === 1 ? "subscribe" : "cancel", topic: body.subarray(1) });
    } else {
      message.push(body);
      if ((flags & 1) === 0) {
        events.push({ type: "message", frames: message });
        message = [];
      }
    }
  }
  return events;
}

const plain = scenarios.filter(
  ({ name, decoded }) =>
    decoded.client[0]?.greeting?.mechanism === "NULL" && !name.startsWith("mismatch"),
);

test("finds the scenarios of NULL", () => {
  expect(plain.length).toBeGreaterThanOrEqual(18);
});

describe.each(plain.map((scenario) => [scenario.name, scenario] as const))(
  "%s",
  (_name, scenario) => {
    describe.each(["client", "server"] as const)("as %s", (side) => {
      const mine = written(scenario, side);
      const theirs = written(scenario, other(side));
      const [, ...myTraffic] = framesOf(mine);
      const [theirReady, ...theirTraffic] = framesOf(theirs);
      const opened = GREETING_BYTES + 2 + (theirReady?.body.length ?? 0);

      test("writes the octets of libzmq", () => {
        const made = actor(scenario, side);
        const output = made.takeOutput();
        made.receive(theirs.subarray(0, opened), 0);
        output.push(...made.takeOutput(), perform(made, myTraffic));
        expect(differenceOf(mine, joinOctets(output))).toBeUndefined();
      });

      test("understands the octets of libzmq, however they are cut", () => {
        for (const cut of cuts) {
          const made = actor(scenario, side);
          const events: ConnectionEvent[] = [];
          for (const part of cut(theirs)) events.push(...made.receive(part, 0));
          const identity = scenario.decoded[other(side)][1]?.properties?.["Identity"] ?? "";
          expect(events[0]).toMatchObject({
            type: "handshake-done",
            peer: {
              socketType: scenario.socketTypes[other(side)],
              routingId: ascii(identity),
              version: "3.1",
            },
          });
          expect(events.slice(1)).toEqual(eventsOf(theirTraffic, scenario.socketTypes[side]));
        }
      });
    });
  },
);

function scenarioCalled(name: string): Scenario {
  const found = scenarios.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`expected a scenario ${name}`);
  return found;
}

test("closes on the socket type that libzmq closes on", () => {
  const mismatch = scenarioCalled("mismatch_socket_types");
  const events = actor(mismatch, "client").receive(written(mismatch, "server"), 0);
  expect(closedBy(events)).toEqual(["ZMTP_SOCKET_TYPE", false]);
});

test("closes on the mechanism that libzmq closes on", () => {
  const events = connection().receive(written(scenarioCalled("mismatch_mechanism"), "server"), 0);
  expect(closedBy(events)).toEqual(["ZMTP_MECHANISM", false]);
});

test("closes on the greeting of a peer with PLAIN or CURVE", () => {
  for (const name of ["plain_success", "curve_success"]) {
    const events = connection().receive(written(scenarioCalled(name), "server"), 0);
    expect(closedBy(events)).toEqual(["ZMTP_MECHANISM", false]);
  }
});
