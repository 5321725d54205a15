/**
 * The callers of a pool's calls, as the pool knows them, and what it does for them on behalf of its
 * threads.
 *
 * @module
 */

import { threads } from "../../dialects/threads/dialect.ts";
import { onAbort } from "../../rpc/abort-watch.ts";
import { type CallContext, type CallPeer, withContext } from "../../rpc/context.ts";
import { RpcError } from "../../rpc/errors.ts";
import type { CallOrigin } from "../../rpc/packet.ts";
import { WINDOW_DEFAULTS } from "../../rpc/receive-window.ts";
import { ServerCore } from "../../rpc/server.ts";
import { type PortTransport, portTransport } from "../../transports/port.ts";
import { nodeClock } from "../clock.ts";
import type { PoolService } from "./callers-of-pool.ts";

/** A call that was passed on. */
interface PassedCall {
  readonly context: CallContext;
  over: boolean;
  holders: number;
}

/** The callers of one pool. */
export class Callers {
  readonly #calls = new Map<number, PassedCall>();
  /** Peers of several servers may have the same number. */
  readonly #peerIds = new WeakMap<CallPeer, number>();
  readonly #core: ServerCore;
  #lastPeerId = 0;
  #lastCallId = 0;

  /** @param made - gets the transport that leads to the threads */
  constructor(made: (transport: PortTransport) => void) {
    this.#core = new ServerCore({
      name: "pool",
      clock: nodeClock,
      platformPrototypes: new Set(),
      transport: portTransport(made),
      dialects: [threads()],
      heartbeatMs: 0,
      poolSize: Infinity,
      maxQueuedCalls: Infinity,
      maxCallsPerPeer: Infinity,
      maxStreamsPerPeer: Infinity,
      sendStacks: true,
      window: WINDOW_DEFAULTS,
      interceptors: [],
      observer: undefined,
      resolveEndpoint: (endpoint) => endpoint,
    });
    const service = {
      hold: withContext((call, id: number) => this.#hold(id, call.signal)),
      notify: (id, method, args) => this.#find(id).context.notify(method, args),
    } satisfies Record<keyof PoolService, unknown> & Pick<PoolService, "notify">;
    this.#core.registry.addService("", service);
  }

  /** Remembers a call while it is passed on. */
  enter(context: CallContext): CallOrigin {
    const { peer, notifiable } = context;
    const id = ++this.#lastCallId;
    this.#calls.set(id, { context, over: false, holders: 0 });
    let peerId = this.#peerIds.get(peer);
    if (peerId === undefined) this.#peerIds.set(peer, (peerId = ++this.#lastPeerId));
    const { address, endpoint, identity } = peer;
    return {
      call: id,
      peer: peerId,
      address,
      endpoint,
      notifiable,
      ...(identity !== undefined && { identity }),
    };
  }

  /** The call is over. It is forgotten unless a thread holds it. */
  leave(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.over = true;
    if (call.holders === 0) this.#calls.delete(id);
  }

  /** How many calls are remembered. */
  get size(): number {
    return this.#calls.size;
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  /** @param released - aborts when the thread is gone or has no more use for the call */
  #hold(id: number, released: AbortSignal): Promise<void> {
    const call = this.#find(id);
    const { signal: gone } = call.context.peer;
    call.holders++;
    return new Promise((resolve) => {
      const end = (): void => {
        for (const forget of forgets) forget();
        call.holders--;
        if (call.over && call.holders === 0) this.#calls.delete(id);
        resolve();
      };
      const forgets = gone.aborted ? [] : [onAbort(gone, end), onAbort(released, end)];
      if (gone.aborted) end();
    });
  }

  #find(id: number): PassedCall {
    const call = this.#calls.get(id);
    if (call !== undefined) return call;
    throw new RpcError(
      "failed_precondition",
      "the call is over; a handler in a worker thread that wants to notify its caller later has to" +
        " ask for call.peer or call.notifiable before",
    );
  }
}
