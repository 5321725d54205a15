/**
 * Those that wait for something that all peers share: one line per peer, served in turn.
 *
 *     peer 1  ▦▦▦▦▦▦──┐
 *     peer 2  ▦───────┼──▶ one of each in turn
 *     peer 3  ▦▦──────┘
 *
 * So a peer that asks for much waits behind itself and not in front of the others.
 *
 * Bounded by who fills it: {@link FairQueue.rival} says who has to give way when it is full.
 *
 * @module
 */

import { type Linked, LinkedList } from "../base/linked-list.ts";

/** One that waits. */
export interface Place<Peer, Entry> extends Linked<Place<Peer, Entry>> {
  readonly entry: Entry;
  readonly line: Line<Peer, Entry>;
}

/** Those of one peer. */
interface Line<Peer, Entry> extends Linked<Line<Peer, Entry>> {
  readonly peer: Peer;
  readonly places: LinkedList<Place<Peer, Entry>>;
}

/** Entries by peer. */
export class FairQueue<Peer, Entry> {
  readonly #lines = new Map<Peer, Line<Peer, Entry>>();
  /** The lines, whose turn is next first. */
  readonly #turns = new LinkedList<Line<Peer, Entry>>();
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Who is next. */
  get first(): Entry | undefined {
    return this.#turns.first?.places.first?.entry;
  }

  /** Adds an entry behind all of its peer. */
  push(peer: Peer, entry: Entry): Place<Peer, Entry> {
    const line = this.#lines.get(peer) ?? this.#open(peer);
    const place = { entry, line, next: undefined, previous: undefined };
    line.places.push(place);
    this.#size += 1;
    return place;
  }

  /** Takes the next one; its peer is behind all others then. */
  shift(): Entry | undefined {
    const line = this.#turns.first;
    const place = line?.places.first;
    if (line === undefined || place === undefined) return undefined;
    this.remove(place);
    if (line.places.size > 0) {
      this.#turns.remove(line);
      this.#turns.push(line);
    }
    return place.entry;
  }

  /** Takes out one that waits. */
  remove(place: Place<Peer, Entry>): void {
    const { line } = place;
    line.places.remove(place);
    this.#size -= 1;
    if (line.places.size > 0) return;
    this.#lines.delete(line.peer);
    this.#turns.remove(line);
  }

  /**
   * Who has to give way to one more of a peer: the last one of the peer with the most, if that has
   * more than this peer would have then.
   */
  rival(peer: Peer): Entry | undefined {
    const own = this.#lines.get(peer)?.places.size ?? 0;
    // Who has its share already takes nobody's place, and the longest line need not be found.
    if (own * this.#lines.size >= this.#size) return undefined;
    let longest: Line<Peer, Entry> | undefined;
    for (const line of this.#lines.values()) {
      if (longest === undefined || line.places.size > longest.places.size) longest = line;
    }
    if (longest === undefined || longest.places.size <= own + 1) return undefined;
    return longest.places.last?.entry;
  }

  clear(): void {
    for (const { places } of this.#lines.values()) places.clear();
    this.#lines.clear();
    this.#turns.clear();
    this.#size = 0;
  }

  #open(peer: Peer): Line<Peer, Entry> {
    const line: Line<Peer, Entry> = {
      peer,
      places: new LinkedList(),
      next: undefined,
      previous: undefined,
    };
    this.#lines.set(peer, line);
    this.#turns.push(line);
    return line;
  }
}
