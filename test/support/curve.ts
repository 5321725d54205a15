/** Both sides of CURVE for the tests of ZMTP. */

import { curveCrypto } from "../../src/node/curve-crypto.ts";
import type { Connection } from "../../src/zmtp/connection.ts";
import type { ConnectionEvent } from "../../src/zmtp/connection-event.ts";
import { curveClient } from "../../src/zmtp/curve-client.ts";
import { type CurveCrypto, type KeyPair, makeKeyPair } from "../../src/zmtp/curve-crypto.ts";
import { curveServer } from "../../src/zmtp/curve-server.ts";
import type { Verdict } from "../../src/zmtp/mechanism.ts";
import { connection } from "./zmtp.ts";

/** Cryptography whose random octets are the same in every run. */
export function predictable(seed = 1): CurveCrypto {
  let state = seed;
  return {
    ...curveCrypto,
    random: (length) =>
      Uint8Array.from({ length }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
        return state >> 16;
      }),
  };
}

export const crypto: CurveCrypto = predictable();
export const serverPair: KeyPair = makeKeyPair(crypto);
export const clientPair: KeyPair = makeKeyPair(crypto);
export const ACCEPT: Verdict = { type: "accept", identity: "somebody" };
export const REFUSE: Verdict = { type: "refuse", reason: "nobody knows it" };

export function server(): Connection {
  return connection({ socketType: "ROUTER", mechanism: curveServer([serverPair], crypto) });
}

export function client(serverKey = serverPair.publicKey): Connection {
  return connection({ mechanism: curveClient({ serverKey, pair: clientPair }, crypto) });
}

/** One thing that a side of a conversation says, and may say otherwise. */
export type Tamper = (from: "client" | "server", octets: Uint8Array, turn: number) => Uint8Array;

/** What both sides told until neither had more to say. */
export interface Conversation {
  readonly client: ConnectionEvent[];
  readonly server: ConnectionEvent[];
}

/** Lets both talk until neither has more to say. */
export function converse(
  near: Connection,
  far: Connection,
  {
    tamper = (_from, octets) => octets,
    verdict = ACCEPT,
  }: { tamper?: Tamper; verdict?: Verdict } = {},
): Conversation {
  const told: Conversation = { client: [], server: [] };
  const sides = [
    { from: "client", speaker: near, listener: far, events: told.server },
    { from: "server", speaker: far, listener: near, events: told.client },
  ] as const;
  for (let turn = 0, quiet = 0; quiet < 2; turn++) {
    const { from, speaker, listener, events } = turn % 2 === 0 ? sides[0] : sides[1];
    const said = speaker.takeOutput();
    quiet = said.length === 0 ? quiet + 1 : 0;
    for (const octets of said) {
      for (const event of listener.receive(tamper(from, octets, turn), 0)) {
        events.push(event);
        if (event.type === "authenticate") events.push(...listener.decide(verdict, 0));
      }
    }
  }
  return told;
}
