/**
 * A gate in front of events: open, or passed by one event at a time, for servers that are told to
 * handle one event and return.
 *
 *     stepping --flow()--> flowing: events pass
 *              <--hold()-- events wait; each step lets one pass and hears when it is over
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import { RpcError } from "../rpc/errors.ts";

/** Says that an event was handled, or how that failed. */
export type EventOver = (failure?: { readonly error: unknown }) => void;

/** An event that waits for a step. */
interface Event {
  readonly pass: (over: EventOver) => void;
  readonly fail: (error: RpcError) => void;
}

/** A step that waits for an event. */
interface Step {
  readonly cancelTimer: Cancel | undefined;
  readonly resolve: (handled: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Lets events pass. */
export class EventGate {
  readonly #clock: Clock;
  readonly #unheard: (error: unknown) => void;
  #state: "flowing" | "stepping" | "closed" = "stepping";
  /** There are never both events and steps that wait. */
  readonly #events = new Set<Event>();
  readonly #steps = new Set<Step>();

  /** @param unheard - gets the failures of events that no step waits for */
  constructor(clock: Clock, unheard: (error: unknown) => void) {
    this.#clock = clock;
    this.#unheard = unheard;
  }

  /** Waits for an event's turn. Resolves with what has to be called when it was handled. */
  enter(): Promise<EventOver> {
    if (this.#state === "closed") return Promise.reject(closed());
    if (this.#state === "flowing") return Promise.resolve(this.#overInFlow);
    for (const step of this.#steps) {
      this.#steps.delete(step);
      step.cancelTimer?.();
      return Promise.resolve(overInStep(step));
    }
    return new Promise((resolve, reject) => {
      this.#events.add({ pass: resolve, fail: reject });
    });
  }

  /** Lets everything pass from now on. */
  flow(): void {
    if (this.#state === "closed") return;
    this.#state = "flowing";
    for (const event of this.#events) event.pass(this.#overInFlow);
    this.#events.clear();
  }

  /** Lets events pass only with a step from now on. */
  hold(): void {
    if (this.#state === "flowing") this.#state = "stepping";
  }

  /**
   * Lets one event pass, and no other until the next step.
   *
   * @param timeoutMs - how long to wait for one; `Infinity` waits as long as it takes
   * @returns resolves with `true` when it was handled and with `false` when there was none; rejects
   *   with how handling it failed
   */
  step(timeoutMs: number): Promise<boolean> {
    if (this.#state === "closed") return Promise.resolve(false);
    this.hold();
    return new Promise((resolve, reject) => {
      for (const event of this.#events) {
        this.#events.delete(event);
        event.pass(overInStep({ cancelTimer: undefined, resolve, reject }));
        return;
      }
      const giveUp = (): void => {
        this.#steps.delete(step);
        resolve(false);
      };
      const cancelTimer =
        timeoutMs === Infinity
          ? undefined
          : this.#clock.schedule(this.#clock.now() + timeoutMs, giveUp);
      const step: Step = { cancelTimer, resolve, reject };
      this.#steps.add(step);
    });
  }

  /** Lets nothing pass any more; steps that wait end without an event. */
  close(): void {
    this.#state = "closed";
    for (const step of this.#steps) {
      step.cancelTimer?.();
      step.resolve(false);
    }
    this.#steps.clear();
    for (const event of this.#events) event.fail(closed());
    this.#events.clear();
  }

  readonly #overInFlow: EventOver = (failure) => {
    if (failure !== undefined) this.#unheard(failure.error);
  };
}

function overInStep(step: Step): EventOver {
  return (failure) => {
    if (failure === undefined) step.resolve(true);
    else step.reject(failure.error);
  };
}

function closed(): RpcError {
  return new RpcError("cancelled", "the server was closed before the event had its turn");
}
