import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Pair } from "../../../src/testing/pair.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import type { Connection } from "../../../src/zmtp/connection.ts";
import type { ConnectionEvent } from "../../../src/zmtp/connection-event.ts";
import { FIRST_BODY_BYTES } from "../../../src/zmtp/partial-body.ts";
import type { SocketType } from "../../../src/zmtp/socket-type.ts";
import { ascii, connection, frame, opening } from "../../support/zmtp.ts";

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

const LIMITS = { maxMessageBytes: 2000, maxFrames: 5, maxCommandBytes: 100 };

function longFrame(flags: number, body: Uint8Array): Uint8Array {
  const header = new Uint8Array(9);
  header[0] = flags | 2;
  new DataView(header.buffer).setBigUint64(1, BigInt(body.length));
  return joinOctets([header, body]);
}

const body = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 200, maxLength: 700 }) },
);
const shortBody = fc.uint8Array({ maxLength: 255 });
const commandBody = fc
  .tuple(
    fc.constantFrom("\x04PING", "\x04PONG", "\x09SUBSCRIBE", "\x06CANCEL", "\x05ERROR", "\x03FOO"),
    shortBody,
  )
  .map(([name, data]) => joinOctets([ascii(name), data]));

/** Frames that are well-formed for the most part. */
const anyFrame = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1), body)
      .map(([flags, octets]) => longFrame(flags, octets)),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1), shortBody)
      .map(([flags, octets]) => frame(flags, octets)),
  },
  { weight: 4, arbitrary: commandBody.map((octets) => longFrame(4, octets)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) },
);
const stream = fc.array(anyFrame, { maxLength: 30 }).map((frames) => joinOctets(frames));
const anyType = fc.constantFrom<[SocketType, string]>(
  ["DEALER", "ROUTER"],
  ["PUB", "SUB"],
  ["XPUB", "XSUB"],
);
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });

/** Cuts `octets` into parts of the given sizes, over and over. */
function cutBy(octets: Uint8Array, partSizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0, i = 0; at < octets.length; i++) {
    const end = at + (partSizes[i % partSizes.length] ?? 1);
    parts.push(octets.subarray(at, end));
    at = end;
  }
  return parts;
}

function receiveAll(made: Connection, parts: readonly Uint8Array[]): ConnectionEvent[] {
  return parts.flatMap((part) => made.receive(part, 0));
}

/** Events as they can be compared: errors by their text. */
function comparable(events: readonly ConnectionEvent[]): unknown[] {
  return events.map((event) =>
    event.type === "closed" ? { ...event, error: String(event.error) } : event,
  );
}

test("any cut of the octets gives the same events and the same output", () => {
  fc.assert(
    fc.property(anyType, stream, sizes, ([type, peerType], octets, partSizes) => {
      const all = joinOctets([opening(peerType), octets]);
      const [one, two] = [
        connection({ socketType: type, ...LIMITS }),
        connection({ socketType: type, ...LIMITS }),
      ];
      const expected = comparable(receiveAll(one, [all]));
      expect(comparable(receiveAll(two, cutBy(all, partSizes)))).toEqual(expected);
      expect(joinOctets(two.takeOutput())).toEqual(joinOctets(one.takeOutput()));
    }),
    { numRuns: 500 },
  );
});

test("no input makes receive throw, and closed is the last event", () => {
  const start = fc.constantFrom(0, 1, 12, 64, 66, 107);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), sizes, (kept, junk, partSizes) => {
      const made = connection(LIMITS);
      const octets = joinOctets([opening().subarray(0, kept), junk]);
      const events = receiveAll(made, cutBy(octets, partSizes));
      const closed = events.findIndex(({ type }) => type === "closed");
      expect(closed === -1 || closed === events.length - 1).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("what is held stays under the limits", () => {
  const most = LIMITS.maxMessageBytes + LIMITS.maxCommandBytes + 9;
  fc.assert(
    fc.property(stream, sizes, (octets, partSizes) => {
      const made = connection(LIMITS);
      made.receive(opening(), 0);
      for (const part of cutBy(octets, partSizes)) {
        made.receive(part, 0);
        expect(made.heldInputBytes).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test("what is held stays in proportion to what has arrived", () => {
  const announced = fc.integer({ min: 256, max: 100 * 1024 * 1024 });
  fc.assert(
    fc.property(
      announced,
      fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 8 }),
      (size, parts) => {
        const made = connection();
        made.receive(opening(), 0);
        const header = longFrame(0, new Uint8Array(0));
        new DataView(header.buffer).setBigUint64(1, BigInt(size));
        made.receive(header, 0);
        let arrived = 0;
        for (const part of parts) {
          made.receive(new Uint8Array(part), 0);
          arrived += part;
          expect(made.heldInputBytes).toBeLessThanOrEqual(Math.max(FIRST_BODY_BYTES, 4 * arrived));
          if (arrived >= size) return;
        }
      },
    ),
  );
});

// The longest of its kind: a machine that is busy with others needs the time.
test("receiving what was sent is the identity", { timeout: 60_000 }, () => {
  const message = fc.array(
    fc.oneof(
      { weight: 9, arbitrary: body },
      {
        weight: 1,
        arbitrary: fc
          .integer({ min: 4090, max: 9000 })
          .map((size) => new Uint8Array(size).fill(size)),
      },
    ),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 20 }),
      sizes,
      fc.nat(19),
      (messages, partSizes, pause) => {
        const pair = new Pair(connection(), connection(), {
          cut: (chunk) => cutBy(chunk, partSizes),
        });
        pair.settle();
        for (const [index, frames] of messages.entries()) {
          (pair.left as Connection).send(frames);
          if (index === pause) pair.settle();
        }
        pair.settle();
        const received = pair.rightEvents.filter((event) => event.type === "message");
        // As text: comparing thousands of octets one by one is most of this test's time.
        expect(received.map(({ frames }) => frames.map(hex))).toEqual(
          messages.map((m) => m.map(hex)),
        );
      },
    ),
    { numRuns: 200 },
  );
});
