/**
 * libzmq through its native binding: DEALER and ROUTER without any RPC.
 *
 * @module
 */

import { Dealer, Router } from "zeromq";
import type { LoadEvents, Peer, Serving } from "../contract.ts";
import { ITEM, RawLoad, wantedItems } from "./raw-load.ts";

/** No high-water marks, so that only the binding itself slows anything down. */
const UNLIMITED = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 };

async function answer(router: Router): Promise<void> {
  for await (const [peer, body] of router) {
    if (peer === undefined || body === undefined) continue;
    const items = wantedItems(body);
    if (items === undefined) await router.send([peer, body]);
    else for (let sent = 0; sent < items; sent++) await router.send([peer, ITEM]);
  }
}

async function serve(): Promise<Serving> {
  const router = new Router(UNLIMITED);
  await router.bind("tcp://127.0.0.1:*");
  const endpoint = router.lastEndpoint;
  if (endpoint === null) throw new Error("expected the router to know its endpoint");
  const answering = answer(router);
  return {
    endpoint,
    close: async () => {
      router.close();
      await answering;
    },
  };
}

/** Sends bodies one after the other, as the binding refuses a second send while one waits. */
class Outbox {
  readonly #dealer: Dealer;
  readonly #failed: (error: unknown) => void;
  #waiting: Uint8Array[] = [];
  #sending = false;

  constructor(dealer: Dealer, failed: (error: unknown) => void) {
    this.#dealer = dealer;
    this.#failed = failed;
  }

  post(body: Uint8Array): void {
    this.#waiting.push(body);
    if (this.#sending) return;
    this.#sending = true;
    this.#drain().catch(this.#failed);
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const bodies = this.#waiting;
      this.#waiting = [];
      for (const body of bodies) await this.#dealer.send(body);
    }
    this.#sending = false;
  }
}

async function connect(endpoint: string, events: LoadEvents): Promise<RawLoad> {
  const dealer = new Dealer(UNLIMITED);
  dealer.connect(endpoint);
  const outbox = new Outbox(dealer, (error) => events.failed(error));
  const receive = async (): Promise<void> => {
    for await (const _message of dealer) load.received();
  };
  const load = new RawLoad(
    events,
    (body) => outbox.post(body),
    async () => {
      dealer.close();
      await receiving;
    },
  );
  const receiving = receive().catch((error: unknown) => events.failed(error));
  return load;
}

/** The `zeromq` package. */
export const zeromq: Peer = { title: "zeromq package (libzmq), no RPC", serve, connect };
