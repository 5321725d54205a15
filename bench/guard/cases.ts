/**
 * What the guard watches: the machines of a call, all together and one by one.
 *
 * @module
 */

import { Client, Server } from "zerocall";
import { zerorpc } from "zerocall/dialects/zerorpc";
import { type OutgoingMessage, type Packet, type Translator, wholeOctets } from "zerocall/rpc";
import { Connection, nullMechanism } from "zerocall/zmtp";
import { MachineWire } from "./machine-transport.ts";

/** One piece of work that is timed. */
export interface Case {
  /** What one unit of the work is. */
  readonly unit: string;
  /** Makes what the work needs; the work itself does `count` units. */
  prepare(): (count: number) => Promise<void> | void;
}

const IN_FLIGHT = 100;
const BATCH = 32;
const SMALL_BYTES = 40;

const service = {
  add: (a: number, b: number) => a + b,
  echo: (octets: Uint8Array) => octets,
  async *count(to: number) {
    for (let n = 0; n < to; n++) yield n;
  },
};

function client(): Client<typeof service> {
  const wire = new MachineWire();
  const server = new Server(service, { transport: wire.transport });
  const made = new Client<typeof service>("machine://", { transport: wire.transport });
  wire.open();
  // Server and client live as long as the process.
  void server;
  return made;
}

function inFlight(call: () => Promise<unknown>): (count: number) => Promise<void> {
  return (count) =>
    new Promise((resolve, reject) => {
      let sent = 0;
      let answered = 0;
      const next = (): void => {
        sent++;
        call().then(done, reject);
      };
      const done = (): void => {
        if (++answered === count) resolve();
        else if (sent < count) next();
      };
      while (sent < Math.min(IN_FLIGHT, count)) next();
    });
}

function established(): { readonly near: Connection; readonly far: Connection } {
  const options = { socketType: "DEALER", mechanism: nullMechanism } as const;
  const [near, far] = [new Connection(options, 0), new Connection(options, 0)];
  for (let step = 0; step < 3; step++) {
    for (const chunk of near.takeOutput()) far.receive(chunk, 0);
    for (const chunk of far.takeOutput()) near.receive(chunk, 0);
  }
  return { near, far };
}

function only(translator: Translator, message: OutgoingMessage | undefined): Packet {
  const packets: Packet[] = [];
  if (message !== undefined) translator.decode(message.map(wholeOctets), packets);
  const [packet] = packets;
  if (packet === undefined) throw new Error("expected a packet");
  return packet;
}

/** All cases by name. */
export const CASES: Readonly<Record<string, Case>> = {
  calls: {
    unit: "call",
    prepare: () => {
      const caller = client();
      return inFlight(() => caller.add(20, 22));
    },
  },
  "calls-1k": {
    unit: "call with 1 KiB both ways",
    prepare: () => {
      const caller = client();
      const body = new Uint8Array(1024);
      return inFlight(() => caller.echo(body));
    },
  },
  stream: {
    unit: "item",
    prepare: () => {
      const caller = client();
      return async (count) => {
        let items = 0;
        for await (const _item of caller.count(count)) items++;
        if (items !== count) throw new Error(`expected ${count} items, got ${items}`);
      };
    },
  },
  dialect: {
    unit: "request and result, written and read",
    prepare: () => {
      const dialect = zerorpc();
      const near = dialect.clientTranslator({ socketType: "ROUTER" });
      const far = dialect.serverTranslator({ socketType: "DEALER" });
      return (count) => {
        for (let n = 0; n < count; n++) {
          const channel = near.open();
          const type = "request";
          const asked = near.encode({
            type,
            channel,
            method: "add",
            args: [20, n],
            options: undefined,
          });
          const request = only(far, asked);
          if (request.type !== "request")
            throw new Error(`expected a request, got ${request.type}`);
          const answered = far.encode({ type: "result", channel: request.channel, value: n });
          only(near, answered);
          near.release(channel);
        }
      };
    },
  },
  frames: {
    unit: "message, written and read",
    prepare: () => {
      const { near, far } = established();
      const message = [new Uint8Array(0), new Uint8Array(SMALL_BYTES)];
      return (count) => {
        for (let sent = 0; sent < count; sent += BATCH) {
          for (let n = 0; n < BATCH; n++) near.send(message);
          for (const chunk of near.takeOutput()) far.receive(chunk, 0);
        }
      };
    },
  },
};
