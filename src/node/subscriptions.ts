/**
 * Subscriptions on Node.
 *
 * @module
 */

import { SubscriptionBook, type SubscriptionOptions } from "../rpc/subscription-book.ts";
import { nodeClock } from "./clock.ts";

/**
 * Who wants to hear of what: a server's subscribers by topic, told by notifications at the pace of
 * their reading, and forgotten when they are gone.
 *
 * ```ts
 * const prices = new Subscriptions();
 * const service = {
 *   subscribe: withContext((call, symbol: string) => prices.add(symbol, call)),
 *   unsubscribe: withContext((call, symbol: string) => prices.remove(symbol, call)),
 * };
 * await prices.publish("ACME", "price", ["ACME", 42]);
 * ```
 */
export class Subscriptions extends SubscriptionBook {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SubscriptionOptions = {}) {
    super(nodeClock, options);
  }
}
