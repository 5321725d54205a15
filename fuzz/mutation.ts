/**
 * Makes new inputs of old ones.
 *
 * @module
 */

import type { Random } from "./random.ts";

/** What may be put into inputs. */
export interface Material {
  readonly words: readonly Uint8Array[];
  /** Another input of the corpus. */
  readonly other: () => Uint8Array;
  readonly maxBytes: number;
}

type Mutation = (input: Uint8Array, random: Random, material: Material) => Uint8Array;

/** Numbers at whose neighbours parsers go wrong. */
const EDGES = [0, 1, 2, 16, 31, 32, 127, 128, 254, 255, 256, 1024, 32_767, 32_768, 65_535];
const BIG_EDGES = [65_536, 1_000_000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
const MAX_STACKED = 5;
const MAX_REPEATS = 512;

/** Returns a changed copy of `input`. */
export function mutate(input: Uint8Array, random: Random, material: Material): Uint8Array {
  let mutated = input;
  for (let left = 1 + random.below(MAX_STACKED); left > 0; left--) {
    mutated = random.pick(MUTATIONS)(mutated, random, material);
  }
  return mutated.subarray(0, material.maxBytes);
}

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setOctet,
  setOctet,
  addToOctet,
  insertOctets,
  insertOctets,
  removeRange,
  removeRange,
  repeatRange,
  moveRange,
  insertWord,
  insertWord,
  overwriteWithWord,
  writeEdge,
  splice,
  splice,
  cut,
];

function flipBit(input: Uint8Array, random: Random): Uint8Array {
  return changed(input, random, (octet) => octet ^ (1 << random.below(8)));
}

function setOctet(input: Uint8Array, random: Random): Uint8Array {
  return changed(input, random, () => random.below(256));
}

function addToOctet(input: Uint8Array, random: Random): Uint8Array {
  return changed(input, random, (octet) => octet + random.below(33) - 16);
}

function insertOctets(input: Uint8Array, random: Random): Uint8Array {
  const alike = random.below(2) === 0;
  const octet = random.below(256);
  const octets = Uint8Array.from({ length: 1 + random.below(8) }, () =>
    alike ? octet : random.below(256),
  );
  return inserted(input, random.below(input.length + 1), octets);
}

function removeRange(input: Uint8Array, random: Random): Uint8Array {
  const [start, end] = range(input, random);
  return joined(input.subarray(0, start), input.subarray(end));
}

function repeatRange(input: Uint8Array, random: Random, { maxBytes }: Material): Uint8Array {
  const [start, end] = range(input, random);
  const piece = input.subarray(start, end);
  // Mostly twice; now and then so often that what is quadratic shows.
  const wanted = random.below(8) === 0 ? random.below(MAX_REPEATS) : 1;
  const room = Math.floor((maxBytes - input.length) / Math.max(1, piece.length));
  const times = Math.max(0, Math.min(wanted, room));
  const repeated = new Uint8Array(piece.length * times);
  for (let i = 0; i < times; i++) repeated.set(piece, i * piece.length);
  return inserted(input, end, repeated);
}

function moveRange(input: Uint8Array, random: Random): Uint8Array {
  const [start, end] = range(input, random);
  const rest = joined(input.subarray(0, start), input.subarray(end));
  return inserted(rest, random.below(rest.length + 1), input.subarray(start, end));
}

function insertWord(input: Uint8Array, random: Random, { words }: Material): Uint8Array {
  if (words.length === 0) return insertOctets(input, random);
  return inserted(input, random.below(input.length + 1), random.pick(words));
}

function overwriteWithWord(input: Uint8Array, random: Random, { words }: Material): Uint8Array {
  if (words.length === 0 || input.length === 0) return setOctet(input, random);
  return overwritten(input, random, random.pick(words));
}

function writeEdge(input: Uint8Array, random: Random): Uint8Array {
  const width = random.pick([1, 2, 4, 8]);
  const value = random.pick(width < 4 ? EDGES : [...EDGES, ...BIG_EDGES]) - random.below(2);
  const octets = new Uint8Array(width);
  let rest = BigInt.asUintN(8 * width, BigInt(value));
  for (let i = 0; i < width; i++, rest >>= 8n) octets[i] = Number(rest & 0xffn);
  if (random.below(2) === 0) octets.reverse();
  return overwritten(input, random, octets);
}

function splice(input: Uint8Array, random: Random, { other }: Material): Uint8Array {
  const theirs = other();
  const [start, end] = range(theirs, random);
  return inserted(input, random.below(input.length + 1), theirs.subarray(start, end));
}

function cut(input: Uint8Array, random: Random): Uint8Array {
  return input.subarray(0, random.below(input.length + 1));
}

function changed(input: Uint8Array, random: Random, change: (octet: number) => number): Uint8Array {
  if (input.length === 0) return Uint8Array.of(random.below(256));
  const copy = input.slice();
  const at = random.below(copy.length);
  copy[at] = change(copy[at] as number);
  return copy;
}

/** Mostly short ones: structures are. */
function range(input: Uint8Array, random: Random): readonly [number, number] {
  const start = random.below(input.length + 1);
  const longest = random.below(4) === 0 ? input.length : 16;
  return [start, Math.min(input.length, start + 1 + random.below(Math.max(1, longest)))];
}

function overwritten(input: Uint8Array, random: Random, octets: Uint8Array): Uint8Array {
  const at = random.below(input.length + 1);
  const copy = new Uint8Array(Math.max(input.length, at + octets.length));
  copy.set(input);
  copy.set(octets, at);
  return copy;
}

function inserted(input: Uint8Array, at: number, octets: Uint8Array): Uint8Array {
  const longer = new Uint8Array(input.length + octets.length);
  longer.set(input.subarray(0, at));
  longer.set(octets, at);
  longer.set(input.subarray(at), at + octets.length);
  return longer;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  return inserted(tail, 0, head);
}
