/**
 * Ctrl-C and SIGTERM as an `AbortSignal`.
 *
 * @module
 */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type Interrupt = keyof typeof EXIT_CODES;

/** Turns the first SIGINT or SIGTERM into an abort, and ends the process at once with the second. */
export class Interruption {
  readonly #controller = new AbortController();
  #received: Interrupt | undefined;

  constructor() {
    process.on("SIGINT", this.#interrupt);
    process.on("SIGTERM", this.#interrupt);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which signal came first; `undefined` while none has. */
  get received(): Interrupt | undefined {
    return this.#received;
  }

  /** What shells expect of a process that a signal ended; `undefined` while none has come. */
  get exitCode(): number | undefined {
    return this.#received === undefined ? undefined : EXIT_CODES[this.#received];
  }

  /** Leaves further signals to the platform. */
  release(): void {
    process.off("SIGINT", this.#interrupt);
    process.off("SIGTERM", this.#interrupt);
  }

  readonly #interrupt = (name: Interrupt): void => {
    if (this.signal.aborted) process.exit(EXIT_CODES[name]);
    this.#received = name;
    this.#controller.abort();
  };
}
