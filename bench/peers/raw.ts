/**
 * Our own DEALER and ROUTER without any RPC, used as the `zeromq` package is used.
 *
 * @module
 */

import { Dealer, Router } from "zerocall/zeromq";
import type { LoadEvents, Peer, Serving } from "../contract.ts";
import { ITEM, RawLoad, wantedItems } from "./raw-load.ts";

async function answer(router: Router): Promise<void> {
  for await (const [peer, body] of router) {
    if (peer === undefined || body === undefined) continue;
    const items = wantedItems(body);
    if (items === undefined) await router.send([peer, body]);
    else for (let sent = 0; sent < items; sent++) await router.send([peer, ITEM]);
  }
}

async function serve(): Promise<Serving> {
  // Mandatory, so that a stream waits at the high-water mark instead of losing items there.
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

async function connect(endpoint: string, events: LoadEvents): Promise<RawLoad> {
  const dealer = new Dealer();
  dealer.connect(endpoint);
  const receive = async (): Promise<void> => {
    for await (const _message of dealer) load.received();
  };
  const failed = (error: unknown): void => events.failed(error);
  const load = new RawLoad(
    events,
    (body) => {
      dealer.send(body).catch(failed);
    },
    async () => {
      await dealer.close();
      await receiving;
    },
  );
  const receiving = receive().catch(failed);
  return load;
}

/** zerocall's sockets. */
export const raw: Peer = { title: "zerocall sockets, no RPC", serve, connect };
