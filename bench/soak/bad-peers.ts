/**
 * Peers that say what no peer should, to a server that has to shrug.
 *
 * @module
 */

import { connect } from "node:net";
import { Dealer } from "zerocall/zeromq";

const GREETING = Buffer.alloc(64);
GREETING.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
GREETING.write("NULL", 12, "latin1");

/** Octets for the wire: no greeting, half of one, another protocol, a frame that never ends. */
const OCTETS: readonly Buffer[] = [
  Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  GREETING.subarray(0, 20),
  Buffer.concat([GREETING, Buffer.from([0x04, 0xff, 1, 2, 3])]),
  Buffer.concat([GREETING, Buffer.from([0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])]),
  Buffer.alloc(4096, 0xa5),
];

/** Messages that arrive whole and are no calls. */
const MESSAGES: readonly (readonly Buffer[])[] = [
  [Buffer.from("no event")],
  [Buffer.alloc(0), Buffer.from([0x93, 0x80, 0xc1, 0x90])],
  [Buffer.alloc(0), Buffer.from([0x93, 0xdf, 0xff, 0xff, 0xff, 0xff])],
  [Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(0)],
];

/** How long a bad peer waits for being thrown out, in ms. */
const STAY_MS = 50;

/** Connects, misbehaves in the `turn`-th way, and leaves. */
export async function misbehave(endpoint: string, turn: number): Promise<void> {
  const way = turn % (OCTETS.length + 1);
  const octets = OCTETS[way];
  if (octets !== undefined) return writeOctets(endpoint, octets);
  const dealer = new Dealer();
  dealer.connect(endpoint);
  for (const message of MESSAGES) await dealer.send([...message]);
  await dealer.close();
}

function writeOctets(endpoint: string, octets: Buffer): Promise<void> {
  const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(octets));
    const leave = setTimeout(() => socket.destroy(), STAY_MS);
    socket.on("error", () => {});
    socket.once("close", () => {
      clearTimeout(leave);
      resolve();
    });
    socket.resume();
  });
}
