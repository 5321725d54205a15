/**
 * Our client towards a peer that knows only the old protocol: what it costs our side.
 *
 * The server is ours with its extensions taken away: it overlooks the mark of a request, and so
 * answers every client as one of the old ones, octet for octet. Thus both peers that the client
 * meets are equally fast, and its cost can be compared.
 *
 * @module
 */

import { Client, Server } from "zerocall";
import { zerorpc } from "zerocall/dialects/zerorpc";
import type { Dialect, Packet } from "zerocall/rpc";
import type { Peer, Serving } from "../contract.ts";
import { PromiseLoad } from "../promise-load.ts";
import { BenchService } from "./call.ts";

/** What zerorpc's channels know of their peer, beside what all dialects' channels do. */
interface MarkedChannel {
  extended: boolean;
  announce: boolean;
}

function overlookMark(packet: Packet): void {
  if (packet.type !== "request") return;
  const channel = packet.channel as unknown as MarkedChannel;
  channel.extended = false;
  channel.announce = false;
}

/** zerorpc as it was. */
function oldZerorpc(): Dialect {
  const dialect = zerorpc();
  return {
    ...dialect,
    serverTranslator: (peer) => {
      const translator = dialect.serverTranslator(peer);
      const decode = translator.decode.bind(translator);
      translator.decode = (message, packets) => {
        decode(message, packets);
        for (const packet of packets) overlookMark(packet);
      };
      return translator;
    },
  };
}

async function serve(): Promise<Serving> {
  const server = new Server(new BenchService(), { dialects: [oldZerorpc()] });
  return { endpoint: await server.bind("tcp://127.0.0.1:0"), close: () => server.close() };
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
