import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameDecoder } from "../../../src/zmtp/frame-decoder.ts";
import { FrameEncoder } from "../../../src/zmtp/frame-encoder.ts";

/** Sizes around those that decide where the parts of a body lie. */
const sizes = fc.oneof(
  { arbitrary: fc.nat(300), weight: 3 },
  fc.integer({ min: 120 * 1024, max: 140 * 1024 }),
  fc.integer({ min: 2_000_000, max: 2_300_000 }),
);
const cuts = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 10_000, max: 700_000 })),
  { minLength: 1, maxLength: 30 },
);

function bodyOf(size: number, seed: number): Uint8Array {
  const body = new Uint8Array(size);
  for (let at = 0; at < size; at++) body[at] = (at * 31 + seed) % 251;
  return body;
}

test("frames are the same whatever part of them is put into its place by who reads", () => {
  fc.assert(
    fc.property(
      fc.array(sizes, { minLength: 1, maxLength: 4 }),
      cuts,
      fc.array(fc.boolean(), { minLength: 1 }),
      (bodies, lengths, inPlace) => {
        const sent = bodies.map((size, n) => bodyOf(size, n));
        const encoder = new FrameEncoder();
        for (const body of sent) encoder.frame(0, body);
        const octets = Buffer.concat(encoder.take());
        const received: Uint8Array[] = [];
        const decoder = new FrameDecoder({
          admit: () => undefined,
          frame: (_flags, body) => received.push(body),
        });
        let at = 0;
        for (let turn = 0; at < octets.length; turn++) {
          const length = lengths[turn % lengths.length] ?? 1;
          const room = inPlace[turn % inPlace.length] === true ? decoder.room : undefined;
          const chunk = octets.subarray(at, at + Math.min(length, room?.length ?? Infinity));
          room?.set(chunk);
          // A chunk belongs to the decoder, so each has memory of its own.
          decoder.decode(room?.subarray(0, chunk.length) ?? Uint8Array.from(chunk));
          at += chunk.length;
        }
        expect(decoder.heldBytes).toBe(0);
        expect(received).toHaveLength(sent.length);
        for (const [n, body] of sent.entries()) {
          expect(Buffer.compare(received[n] ?? new Uint8Array(0), body)).toBe(0);
        }
      },
    ),
    { numRuns: 60 },
  );
});
