/**
 * Requests that come again under an id: each runs once, and all who sent it get its outcome.
 *
 *     the first one ──entered──▶ runs ──settle──▶ its outcome is remembered; who joined gets it
 *                                 │──turnAway──▶ it is a stream; who joined is refused
 *                                 └──disown────▶ it has not run; who joined is admitted in its place
 *     the same again ──▶ joins the one that runs, or gets the remembered outcome
 *
 * What is remembered, and how much of it, is up to the {@link ReplyCache}.
 *
 * @module
 */

import { type Failure, RpcError } from "./errors.ts";
import { type Outcome, ReplyCache, type ReplyLimits } from "./reply-cache.ts";
import type { ServerCall } from "./server-call.ts";

/** The requests with ids of one server. Calls without an id are none of its business. */
export class Repeats {
  readonly #limits: ReplyLimits;
  readonly #replies: ReplyCache<ServerCall>;

  constructor(limits: ReplyLimits) {
    this.#limits = limits;
    this.#replies = new ReplyCache(limits);
  }

  /** Whether a call has to run. If not, it has been answered or will be with the first one. */
  isFirst(call: ServerCall): boolean {
    const id = requestIdOf(call);
    if (id === undefined) return true;
    const { outcomeOnly, fingerprint } = call.options ?? {};
    const known =
      outcomeOnly === true
        ? this.#replies.ask(id, call)
        : this.#replies.enter(id, call, fingerprint);
    if (known === "first") {
      call.entered = id;
      return true;
    }
    if (known === "another") call.session.fail(call, usedAlready(call.method));
    else if (known === undefined) call.session.fail(call, this.#forgotten(call.method));
    else if (known !== "joined") repeat(call, known);
    return false;
  }

  /** Keeps how a request has ended and answers those who sent it again. */
  settle(call: ServerCall, outcome: Outcome): void {
    const id = call.entered;
    if (id === undefined) return;
    call.entered = undefined;
    const reply = call.session.remembered(call, outcome);
    for (const joined of this.#replies.settle(id, reply)) repeat(joined, reply.outcome);
  }

  /** The answer is a stream, which cannot be given twice. */
  turnAway(call: ServerCall): void {
    const reason = "the answer is a stream, which only its first caller gets";
    for (const joined of this.disown(call)) {
      joined.session.failWith(joined, new RpcError("aborted", reason, { method: call.method }));
    }
  }

  /**
   * A call is over for its caller.
   *
   * @returns if its handler has not begun, those who sent it again: the first of them takes its place
   */
  leave(call: ServerCall): Iterable<ServerCall> | undefined {
    if (call.runner !== undefined) return undefined;
    const id = requestIdOf(call);
    if (id === undefined) return undefined;
    if (call.entered !== undefined) return this.disown(call);
    this.#replies.leave(id, call);
    return undefined;
  }

  /** Forgets a call's request, which has no outcome. Returns those who joined it. */
  disown(call: ServerCall): Iterable<ServerCall> {
    const id = call.entered;
    if (id === undefined) return [];
    call.entered = undefined;
    return this.#replies.forget(id);
  }

  /** Forgets everything. */
  clear(): void {
    this.#replies.clear();
  }

  #forgotten(method: string): Failure {
    const { rememberedReplies, rememberedBytes } = this.#limits;
    return {
      status: "not_found",
      name: "RpcError",
      message:
        `no call of "${method}" is remembered under this request id; this process keeps the outcomes` +
        ` of the last rememberedReplies = ${rememberedReplies} calls, rememberedBytes =` +
        ` ${rememberedBytes} octets in all`,
      mayHaveRun: false,
    };
  }
}

/** What a request is remembered under: peers of different identities have nothing in common. */
function requestIdOf(call: ServerCall): string | undefined {
  const id = call.options?.requestId;
  if (id === undefined) return undefined;
  const { identity } = call.session.link;
  return identity === undefined ? id : `${JSON.stringify(identity)} ${id}`;
}

function usedAlready(method: string): Failure {
  return {
    status: "already_exists",
    name: "RpcError",
    message: `the request id was used for a call of "${method}" with other arguments; each thing to do needs an id of its own`,
    mayHaveRun: false,
  };
}

/** Gives a call the outcome of another one with the same request. */
function repeat(call: ServerCall, outcome: Outcome): void {
  if (outcome.type === "result") call.session.reply(call, outcome.value);
  else call.session.failWith(call, outcome.error);
}
