/**
 * Handshakes of PLAIN and CURVE between two sockets of libzmq, replayed with our connection in the
 * place of either, where the recorded octets and keys determine what has to be sent.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { curveCrypto } from "../../../src/node/curve-crypto.ts";
import { everyOctet, randomCuts, seededRandom, whole } from "../../../src/testing/cut.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import type { Connection } from "../../../src/zmtp/connection.ts";
import type { ConnectionEvent } from "../../../src/zmtp/connection-event.ts";
import { nonceOf } from "../../../src/zmtp/curve-crypto.ts";
import { curveServer } from "../../../src/zmtp/curve-server.ts";
import type { Mechanism, Verdict } from "../../../src/zmtp/mechanism.ts";
import { plainClient, plainServer } from "../../../src/zmtp/plain-mechanism.ts";
import { closedBy, connection, hex, outputOf } from "../../support/zmtp.ts";

type Side = "client" | "server";

interface Key {
  readonly z85: string;
  readonly hex?: string;
}

interface Scenario {
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
  readonly keys?: Readonly<Record<Side, { readonly public: Key; readonly secret: Key }>>;
  readonly exchange: readonly { readonly from: Side; readonly bytes?: string }[];
}

const file = new URL("../../../../shared/vectors/zmtp.json", import.meta.url);
const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as { scenarios: Scenario[] };
const GREETING_BYTES = 64;
const cuts = [whole, everyOctet, randomCuts(seededRandom(1), 40)];
const ACCEPT: Verdict = { type: "accept", identity: "somebody" };
const REFUSE: Verdict = { type: "refuse", reason: "unknown" };

function scenario(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

function written({ exchange }: Scenario, side: Side): Uint8Array {
  return joinOctets(
    exchange.filter(({ from }) => from === side).map(({ bytes }) => hex(bytes ?? "")),
  );
}

/** Frame bodies behind the greeting. */
function bodiesOf(octets: Uint8Array): Uint8Array[] {
  const bodies = [];
  for (let at = GREETING_BYTES; at < octets.length;) {
    const long = ((octets[at] ?? 0) & 2) !== 0;
    const view = new DataView(octets.buffer, octets.byteOffset + at + 1);
    const size = long ? Number(view.getBigUint64(0)) : view.getUint8(0);
    const start = at + (long ? 9 : 2);
    bodies.push(octets.subarray(start, start + size));
    at = start + size;
  }
  return bodies;
}

function firstBody(recorded: Scenario, side: Side): Uint8Array {
  const [body] = bodiesOf(written(recorded, side));
  if (body === undefined) throw new Error("no frame");
  return body;
}

/** Says the recorded octets to a connection and returns what it says and tells. */
function replay(
  made: Connection,
  chunks: Iterable<Uint8Array>,
  verdict: Verdict,
): { output: Uint8Array; events: ConnectionEvent[] } {
  const events: ConnectionEvent[] = [];
  for (const chunk of chunks) {
    for (const event of made.receive(chunk, 0)) {
      events.push(event);
      if (event.type === "authenticate") events.push(...made.decide(verdict, 0));
    }
  }
  return { output: outputOf(made).subarray(GREETING_BYTES), events };
}

/** The frames of one side one by one: a handshake takes turns. */
function framesOf(octets: Uint8Array): Uint8Array[] {
  const frames = [octets.subarray(0, GREETING_BYTES)];
  let at = GREETING_BYTES;
  for (const body of bodiesOf(octets)) {
    const end = body.byteOffset - octets.byteOffset + body.length;
    frames.push(octets.subarray(at, end));
    at = end;
  }
  return frames;
}

describe.each(cuts.map((cut, at) => [at, cut] as const))("PLAIN, cut %i", (_at, cut) => {
  function pieces(octets: Uint8Array): Uint8Array[] {
    return framesOf(octets).flatMap((frame) => [...cut(frame)]);
  }

  test("the client writes what libzmq wrote and is let in", () => {
    const recorded = scenario("plain_success");
    const { username = "", password = "" } = recorded;
    const mechanism = plainClient(username, password);
    const made = connection({ mechanism });
    const { output, events } = replay(made, pieces(written(recorded, "server")), ACCEPT);
    made.send([hex("70696e67")]);
    const mine = written(recorded, "client").subarray(GREETING_BYTES);
    expect(joinOctets([output, outputOf(made)])).toEqual(mine);
    expect(events.map(({ type }) => type)).toEqual(["handshake-done", "message"]);
  });

  test("the server writes what libzmq wrote and hears the user", () => {
    const recorded = scenario("plain_success");
    const made = connection({ mechanism: plainServer });
    const { output, events } = replay(made, pieces(written(recorded, "client")), ACCEPT);
    made.send([hex("706f6e67")]);
    const mine = written(recorded, "server").subarray(GREETING_BYTES);
    expect(joinOctets([output, outputOf(made)])).toEqual(mine);
    const { username, password } = recorded;
    expect(events[0]).toEqual({
      type: "authenticate",
      credentials: { mechanism: "PLAIN", username, password },
    });
    expect(events[1]).toMatchObject({ peer: { identity: "somebody", mechanism: "PLAIN" } });
  });

  test.each(["plain_failure", "plain_unknown_user"])(
    "the client takes the malformed ERROR of libzmq for the refusal that it is: %s",
    (name) => {
      const recorded = scenario(name);
      const mechanism = plainClient(recorded.username ?? "", recorded.password ?? "");
      const { events } = replay(
        connection({ mechanism }),
        pieces(written(recorded, "server")),
        ACCEPT,
      );
      expect(closedBy(events)).toEqual(["ZMTP_PEER_ERROR", false]);
    },
  );

  test("the server refuses a libzmq client with a well-formed ERROR", () => {
    const recorded = scenario("plain_failure");
    const made = connection({ mechanism: plainServer });
    const { output, events } = replay(made, pieces(written(recorded, "client")), REFUSE);
    expect(output).toEqual(hex("04 0a 05 45 52 52 4f 52 03 34 30 30"));
    expect(closedBy(events)).toEqual(["ZMTP_REFUSED", false]);
  });
});

/** CURVE of the recorded server. Its short-lived secrets were not recorded. */
function recordedServer({ keys }: Scenario): Mechanism {
  const publicKey = hex(keys?.server.public.hex ?? "");
  const secretKey = hex(keys?.server.secret.hex ?? "");
  return curveServer([{ publicKey, secretKey }], curveCrypto);
}

describe("CURVE", () => {
  test("derives the recorded public keys from the secret ones", () => {
    const { keys } = scenario("curve_success");
    for (const side of ["server", "client"] as const) {
      const secret = hex(keys?.[side].secret.hex ?? "");
      expect(curveCrypto.publicKey(secret)).toEqual(hex(keys?.[side].public.hex ?? ""));
    }
  });

  test.each([
    "curve_success",
    "curve_success_req_rep",
    "curve_success_zap",
    "curve_unknown_client",
  ])("the server opens the HELLO of libzmq and answers with a WELCOME: %s", (name) => {
    const recorded = scenario(name);
    const [greeting, hello] = framesOf(written(recorded, "client"));
    const made = connection({ mechanism: recordedServer(recorded) });
    const { output, events } = replay(
      made,
      [greeting, hello].flatMap((piece) => piece ?? []),
      ACCEPT,
    );
    expect(events).toEqual([]);
    expect(output.length).toBe(2 + 168);
    expect(output.subarray(0, 10)).toEqual(hex("04 a8 07 57 45 4c 43 4f 4d 45"));
  });

  test("opens the WELCOME of libzmq with the server's key and the client's of the connection", () => {
    const recorded = scenario("curve_success");
    const hello = firstBody(recorded, "client");
    const welcome = firstBody(recorded, "server");
    const secret = hex(recorded.keys?.server.secret.hex ?? "");
    const key = curveCrypto.sharedKey(hello.subarray(80, 112), secret) as Uint8Array;
    const nonce = nonceOf("WELCOME-", welcome.subarray(8, 24));
    const text = curveCrypto.open(key, nonce, welcome.subarray(24)) as Uint8Array;
    expect(text.length).toBe(32 + 96);
    expect(curveCrypto.box(key, nonce, text)).toEqual(welcome.subarray(24));
  });

  test("the server refuses the recorded HELLO for another key, and says so", () => {
    const recorded = scenario("curve_wrong_server_key");
    const made = connection({ mechanism: recordedServer(recorded) });
    const { output, events } = replay(made, framesOf(written(recorded, "client")), ACCEPT);
    expect(output).toEqual(hex("04 0a 05 45 52 52 4f 52 03 34 30 30"));
    expect(closedBy(events)?.[0]).toBe("ZMTP_CURVE_BOX");
  });

  test("an INITIATE that was recorded opens nothing on another connection", () => {
    const recorded = scenario("curve_success");
    const made = connection({ mechanism: recordedServer(recorded) });
    const { events } = replay(made, framesOf(written(recorded, "client")), ACCEPT);
    expect(closedBy(events)).toEqual(["ZMTP_CURVE_BOX", true]);
  });
});
