/**
 * Our client towards a peer that knows only the old protocol: what it costs our side. The server
 * is as plain as can be, and answers as zerorpc for Python does; its own cost means nothing.
 *
 * @module
 */

import { Client } from "zerocall";
import { MsgpackCodec } from "zerocall/codec";
import { Router } from "zerocall/zeromq";
import type { Peer, Serving } from "../contract.ts";
import { PromiseLoad } from "../promise-load.ts";
import type { BenchService } from "./call.ts";

const codec = new MsgpackCodec();
let lastId = 0;

/** An event of the old protocol: header, name, arguments. */
type Event = readonly [{ readonly message_id: unknown }, string, readonly unknown[]];

function answerTo([{ message_id: id }, name, parameters]: Event): Uint8Array {
  const [a, b] = parameters as readonly [number, number];
  const value = name === "add" ? a + b : a;
  return codec.encode([{ message_id: String(++lastId), v: 3, response_to: id }, "OK", [value]]);
}

async function answer(router: Router): Promise<void> {
  for await (const message of router) {
    const octets = message.at(-1);
    if (octets === undefined) continue;
    const event = codec.decode(octets) as Event;
    // What is not a request, such as a heartbeat, has no answer.
    if (!event[1].startsWith("_zpc")) await router.send([...message.slice(0, -1), answerTo(event)]);
  }
}

async function serve(): Promise<Serving> {
  const router = new Router({ mandatory: true });
  const endpoint = await router.bind("tcp://127.0.0.1:0");
  const answering = answer(router);
  return {
    endpoint,
    close: async () => {
      await router.close();
      await answering;
    },
  };
}

/** zerocall's client towards an old peer. */
export const callOld: Peer = {
  title: "zerocall's client, an old peer",
  serve,
  connect: (endpoint, events) => {
    const client = new Client<BenchService>(endpoint);
    const calls = {
      add: (a: number, b: number) => client.add(a, b),
      echo: (body: Uint8Array) => client.echo(body),
      close: () => client.close(),
    };
    return Promise.resolve(new PromiseLoad(calls, events));
  },
};
