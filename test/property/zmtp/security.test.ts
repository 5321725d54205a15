import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/zmtp/connection.ts";
import type { Mechanism } from "../../../src/zmtp/mechanism.ts";
import { curveClient } from "../../../src/zmtp/curve-client.ts";
import { curveServer } from "../../../src/zmtp/curve-server.ts";
import { plainClient, plainServer } from "../../../src/zmtp/plain-mechanism.ts";
import {
  ACCEPT,
  clientPair,
  converse,
  crypto,
  serverPair,
  type Tamper,
} from "../../support/curve.ts";
import { ascii, connection, frame, greeting, outputOf } from "../../support/zmtp.ts";

const MECHANISMS: Readonly<Record<"PLAIN" | "CURVE", Readonly<Record<"near" | "far", Mechanism>>>> =
  {
    PLAIN: { near: plainClient("ada", "secret"), far: plainServer },
    CURVE: {
      near: curveClient({ serverKey: serverPair.publicKey, pair: clientPair }, crypto),
      far: curveServer([serverPair], crypto),
    },
  };

const names = fc.constantFrom("HELLO", "WELCOME", "INITIATE", "READY", "ERROR", "MESSAGE", "");

function sides(name: "PLAIN" | "CURVE"): { near: Connection; far: Connection } {
  const { near, far } = MECHANISMS[name];
  return {
    near: connection({ mechanism: near }),
    far: connection({ socketType: "ROUTER", mechanism: far }),
  };
}

/** Gives octets to a connection in pieces, and decides whenever it asks. */
function feed(made: Connection, octets: Uint8Array, step = octets.length): void {
  for (let at = 0; at < octets.length; at += step) {
    const events = made.receive(octets.subarray(at, at + step), 0);
    if (events.some(({ type }) => type === "authenticate")) made.decide(ACCEPT, 0);
  }
}

describe.each(["PLAIN", "CURVE"] as const)("%s", (name) => {
  test("shakes hands however the octets are cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (step) => {
        const { near, far } = sides(name);
        for (let turn = 0; turn < 4; turn++) {
          feed(far, outputOf(near), step);
          feed(near, outputOf(far), step);
        }
        near.send([ascii("ping")]);
        expect(far.receive(outputOf(near), 0)).toMatchObject([{ type: "message" }]);
      }),
      { numRuns: name === "PLAIN" ? 40 : 8 },
    );
  });

  test.each(["near", "far"] as const)(
    "throws nothing and holds little, whatever %s is told",
    (side) => {
      const body = fc.tuple(names, fc.uint8Array({ maxLength: 300 })).map(([command, data]) => {
        const said = new Uint8Array(1 + command.length + data.length);
        said[0] = command.length;
        said.set(ascii(command), 1);
        said.set(data, 1 + command.length);
        return said;
      });
      fc.assert(
        fc.property(fc.array(body, { maxLength: 4 }), (bodies) => {
          const made = sides(name)[side];
          feed(made, greeting("0301", name));
          for (const one of bodies) {
            feed(made, frame(4, one.subarray(0, 255)));
            expect(made.heldInputBytes).toBeLessThanOrEqual(4096);
          }
        }),
        { numRuns: 60 },
      );
    },
  );
});

test("a change of any octet of any command ends a handshake of CURVE", () => {
  const turns = ["HELLO", "WELCOME", "INITIATE", "READY"];
  fc.assert(
    fc.property(
      fc.nat({ max: turns.length - 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (turn, at, mask) => {
        const { near, far } = sides("CURVE");
        feed(far, outputOf(near));
        feed(near, outputOf(far));
        const tamper: Tamper = (_from, octets, now) => {
          if (now !== turn) return octets;
          const copy = octets.slice();
          const where = at % copy.length;
          copy[where] = (copy[where] ?? 0) ^ mask;
          return copy;
        };
        const told = converse(near, far, { tamper });
        expect(told.client.map(({ type }) => type)).not.toContain("handshake-done");
      },
    ),
    { numRuns: 60 },
  );
});
