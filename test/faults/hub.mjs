/**
 * A hub between clients and workers, as for zerorpc: a ROUTER in front, a DEALER behind.
 *
 *     node hub.mjs <front> <back>
 *
 * @module
 */

import { Dealer, Router } from "zerocall/zeromq";

const [, , front, back] = process.argv;
const router = new Router();
const dealer = new Dealer();
const endpoints = [await router.bind(front), await dealer.bind(back)].map(String);
const forward = async (from, to) => {
  for await (const message of from) await to.send(message);
};
void forward(router, dealer);
void forward(dealer, router);
process.send({
  id: 0,
  value: [router.lastEndpoint ?? endpoints[0], dealer.lastEndpoint ?? endpoints[1]],
});
process.once("disconnect", () => {
  void router.close();
  void dealer.close();
});
