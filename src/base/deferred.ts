/**
 * A promise together with the two functions that settle it.
 *
 * @module
 */

/** A promise whose owner settles it from outside. Only the first settling counts. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  /** Fulfils the promise. */
  readonly resolve: (value: T) => void;
  /** Rejects the promise. */
  readonly reject: (reason: unknown) => void;

  constructor() {
    let resolve: ((value: T) => void) | undefined;
    let reject: ((reason: unknown) => void) | undefined;
    this.promise = new Promise<T>((fulfil, refuse) => {
      resolve = fulfil;
      reject = refuse;
    });
    // The executor has run before the constructor of Promise returned.
    this.resolve = resolve as unknown as (value: T) => void;
    this.reject = reject as unknown as (reason: unknown) => void;
  }
}
