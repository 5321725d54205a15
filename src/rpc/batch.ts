/**
 * A batch: calls that are collected first and leave together, to one peer, in one message where its
 * protocol has a message of several requests.
 *
 * @module
 */

import type { CallStarter } from "./caller.ts";
import type { ClientCall, CallOutcome, CallRequest } from "./client-call.ts";
import type { ClientCore } from "./client.ts";
import type { RpcError } from "./errors.ts";

/** Collects calls until they are sent; a call that comes later is made at once. */
export class Batch implements CallStarter {
  readonly #core: ClientCore;
  readonly #calls = new Set<ClientCall>();
  #sent = false;

  constructor(core: ClientCore) {
    this.#core = core;
  }

  start(request: CallRequest, outcome: CallOutcome | undefined): ClientCall {
    return this.#core.start(request, outcome, this.#sent ? undefined : this.#calls);
  }

  cancel(call: ClientCall, error: RpcError): void {
    this.#core.cancel(call, error);
  }

  /** Sends what was collected. Calling it again does nothing. */
  send(): void {
    if (this.#sent) return;
    this.#sent = true;
    this.#core.startBatch(this.#calls);
  }
}
