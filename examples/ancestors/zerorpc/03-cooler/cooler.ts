/** Methods that make things cooler. */
export class Cooler {
  /** End a sentence with ", man!" to make it sound cooler. */
  addMan(sentence: string): string {
    return `${sentence}, man!`;
  }

  /** Add 42 to a number to make it cooler. */
  add42(n: number): number {
    return n + 42;
  }

  /** Whatever the sentence was: it is cooler on a boat. */
  boat(_sentence: string): string {
    return "I'm on a boat!";
  }
}
