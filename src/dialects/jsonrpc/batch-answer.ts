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

  /**
   * Puts an answer into a place, or another one in its stead. Returns the whole text if none is
   * missing.
   */
  fill(place: number, text: string): string | undefined {
    if (this.#texts[place] === undefined) this.#open--;
    this.#texts[place] = text;
    return this.#open === 0 ? `[${this.#texts.join(", ")}]` : undefined;
  }
}
