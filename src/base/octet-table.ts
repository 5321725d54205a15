/**
 * Members that are found by octets which others have chosen: an id, and the frames of the way on which
 * it came, since ids on different ways may be the same.
 *
 * A hash that starts from a number which those others do not know keeps them from choosing octets that
 * collide. No `Map`, for the reason given in `rpc/open-calls.ts`; the members are links of lists
 * themselves.
 *
 * @module
 */

import { FNV_PRIME, hashInto } from "./hash.ts";

/** What can be a member. The last two fields belong to the table. */
export interface OctetMember<Member> {
  readonly route: readonly Uint8Array[];
  readonly id: Uint8Array;
  hash: number;
  /** The next one of its bucket. */
  next: Member | undefined;
}

const FIRST_BUCKETS = 16;

/** Members by route and id. */
export class OctetTable<Member extends OctetMember<Member>> {
  readonly #seed: number;
  #buckets: (Member | undefined)[] = emptyBuckets<Member>(FIRST_BUCKETS);
  #size = 0;

  /** @param seed - a random integer of 32 bits */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Adds a member; an older one of the same route and id is out of reach from now on. */
  add(member: Member): void {
    if (this.#size === this.#buckets.length) this.#grow();
    member.hash = this.#hashOf(member.route, member.id);
    this.#link(member);
    this.#size++;
  }

  find(route: readonly Uint8Array[], id: Uint8Array): Member | undefined {
    const hash = this.#hashOf(route, id);
    let member = this.#buckets[hash & (this.#buckets.length - 1)];
    while (member !== undefined) {
      const same = member.hash === hash && equalOctets(member.id, id);
      if (same && equalRoutes(member.route, route)) return member;
      member = member.next;
    }
    return undefined;
  }

  /** Takes a member out, and says whether it was in. */
  remove(member: Member): boolean {
    const bucket = member.hash & (this.#buckets.length - 1);
    let before: Member | undefined;
    let at = this.#buckets[bucket];
    while (at !== undefined && at !== member) {
      before = at;
      at = at.next;
    }
    if (at === undefined) return false;
    if (before === undefined) this.#buckets[bucket] = member.next;
    else before.next = member.next;
    member.next = undefined;
    this.#size--;
    return true;
  }

  /** The members that are in now, in no particular order. */
  values(): readonly Member[] {
    const members: Member[] = [];
    for (const head of this.#buckets) {
      for (let at = head; at !== undefined; at = at.next) members.push(at);
    }
    return members;
  }

  #link(member: Member): void {
    const bucket = member.hash & (this.#buckets.length - 1);
    member.next = this.#buckets[bucket];
    this.#buckets[bucket] = member;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = emptyBuckets<Member>(old.length * 2);
    for (const head of old) {
      // Oldest first, so that a newer member of the same id stays in front of it.
      const chain: Member[] = [];
      for (let at = head; at !== undefined; at = at.next) chain.unshift(at);
      for (const member of chain) this.#link(member);
    }
  }

  /** FNV-1a over the route's frames with their lengths and the id. */
  #hashOf(route: readonly Uint8Array[], id: Uint8Array): number {
    let hash = this.#seed;
    for (const frame of route) hash = hashInto(Math.imul(hash ^ frame.length, FNV_PRIME), frame);
    return hashInto(hash, id) >>> 0;
  }
}

function emptyBuckets<Member>(count: number): (Member | undefined)[] {
  return Array.from<Member | undefined>({ length: count }).fill(undefined);
}

function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function equalRoutes(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((frame, i) => equalOctets(frame, b[i] as Uint8Array));
}
