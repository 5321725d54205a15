/**
 * The answers to one batch, collected until the last of them is there.
 *
 * Spec: JSON-RPC 2.0, section 6.
 *
 * @module
 */

/** Answers in the order of the requests, each as JSON text. */
export class BatchAnswer {
  readonly #texts: (string | undefined)[] = [];
  #open = 0;

  /** Makes a place for an answer that will come. */
  reserve(): number {
    this.#open++;
    return this.#texts.push(undefined) - 1;
  }

  /** Puts an answer into a place. Returns the whole text if it was the last. */
  fill(place: number, text: string): string | undefined {
    this.#texts[place] = text;
    this.#open--;
    return this.#open === 0 ? `[${this.#texts.join(", ")}]` : undefined;
  }
}
