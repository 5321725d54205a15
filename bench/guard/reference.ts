/**
 * Work that never changes, in the mix that a call is made of: objects, a map, closures, octets and
 * short texts. What our code costs is said in units of it, so that the speed of the machine and of
 * the moment falls out.
 *
 * A change here makes every baseline worthless: record them anew in the same change.
 *
 * @module
 */

interface Entry {
  readonly id: number;
  readonly name: string;
  readonly args: readonly number[];
  done: ((value: number) => number) | undefined;
}

const MAP_ENTRIES = 64;
const NAME_BYTES = 12;
const OCTETS = 64;

const decoder = new TextDecoder("latin1");

/** Runs `count` units of reference work and returns a number that depends on all of them. */
export function referenceWork(count: number): number {
  const entries = new Map<number, Entry>();
  const octets = new Uint8Array(OCTETS);
  const view = new DataView(octets.buffer);
  let sum = 0;
  for (let unit = 0; unit < count; unit++) {
    for (let at = 0; at < NAME_BYTES; at++) octets[at] = 97 + ((unit >> at) & 7);
    view.setUint32(NAME_BYTES, unit);
    view.setFloat64(NAME_BYTES + 4, unit / 3);
    const part = octets.subarray(0, NAME_BYTES);
    const name = decoder.decode(part);
    const args = [view.getUint32(NAME_BYTES) & 0xff, name.length, unit & 0xf];
    const entry: Entry = { id: unit % MAP_ENTRIES, name, args, done: undefined };
    entry.done = (value) => value + entry.args.length + entry.name.length;
    const before = entries.get(entry.id);
    if (before?.done !== undefined) sum = (sum + before.done(unit)) | 0;
    entries.set(entry.id, entry);
    for (const argument of args) sum = (sum * 31 + argument) | 0;
  }
  return sum;
}
