/**
 * A list whose members know their neighbours, so that any of them leaves in the same short time.
 *
 * Knows nothing of what is in it.
 *
 * @module
 */

/** What can be a member, of one list at a time. */
export interface Linked<Member> {
  next: Member | undefined;
  previous: Member | undefined;
}

/** Members in the order in which they came. */
export class LinkedList<Member extends Linked<Member>> {
  #first: Member | undefined;
  #last: Member | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Member | undefined {
    return this.#first;
  }

  get last(): Member | undefined {
    return this.#last;
  }

  /** Adds a member that is in no list behind all others. */
  push(member: Member): void {
    member.previous = this.#last;
    if (this.#last === undefined) this.#first = member;
    else this.#last.next = member;
    this.#last = member;
    this.#size += 1;
  }

  /** Takes out a member, which MUST be in. */
  remove(member: Member): void {
    const { next, previous } = member;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    member.next = undefined;
    member.previous = undefined;
    this.#size -= 1;
  }

  clear(): void {
    for (let member = this.#first; member !== undefined;) {
      const { next } = member;
      member.next = undefined;
      member.previous = undefined;
      member = next;
    }
    this.#first = undefined;
    this.#last = undefined;
    this.#size = 0;
  }
}
