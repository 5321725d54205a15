/**
 * Transcripts: conversations of octets as annotated text, for tests and for documentation.
 *
 *     # a comment
 *     left:  ff 00 00 00 00 00 00 00 01 7f   signature
 *     right: 04 05 04 50 4f 4e 47            PONG
 *
 * A line says which side sends, then octets in hexadecimal, each of two digits with single blanks
 * between them, then a note behind two blanks or more. A line that starts with blanks goes on
 * with the octets of the line before.
 *
 * @module
 */

import { formatHex, parseHex } from "../base/text.ts";
import type { PairSide } from "./pair.ts";

/** What one side sends, in one or more lines. */
export interface TranscriptEntry {
  readonly from: PairSide;
  readonly octets: Uint8Array;
  /** The notes of its lines; empty where there is none. */
  readonly notes: readonly string[];
}

const LINE = /^(?:(left|right):)?\s+([0-9a-f]{2}(?: [0-9a-f]{2})*)(?:\s{2,}(.*))?$/;
/** Octets on one line of a difference. */
const DIFFERENCE_BYTES = 8;

/**
 * Reads a transcript.
 *
 * @throws {Error} with the number of the line that is none of a transcript
 */
export function parseTranscript(text: string): TranscriptEntry[] {
  const entries: TranscriptEntry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, from, digits = "", note] = LINE.exec(line) ?? [];
    const octets = parseHex(digits);
    const last = entries.at(-1);
    if (octets === undefined || octets.length === 0) throw malformed(index, line);
    const notes = note === undefined ? [] : [note];
    if (from === "left" || from === "right") {
      entries.push({ from, octets, notes });
    } else if (last === undefined) {
      throw malformed(index, line);
    } else {
      const joined = joinOctets([last.octets, octets]);
      entries[entries.length - 1] = { ...last, octets: joined, notes: [...last.notes, ...notes] };
    }
  }
  return entries;
}

function malformed(index: number, line: string): Error {
  return new Error(`expected "left:" or "right:" and octets in line ${index + 1}, got "${line}"`);
}

/** Writes a transcript, one line per entry. {@link parseTranscript} reads it back. */
export function formatTranscript(entries: readonly TranscriptEntry[]): string {
  return entries
    .map(({ from, octets, notes }) => {
      const note = notes.length === 0 ? "" : `  ${notes.join("; ")}`;
      return `${`${from}:`.padEnd(6)} ${spaced(octets)}${note}\n`;
    })
    .join("");
}

/** All octets that one side sends, in order. */
export function octetsFrom(entries: readonly TranscriptEntry[], side: PairSide): Uint8Array {
  return joinOctets(entries.filter(({ from }) => from === side).map(({ octets }) => octets));
}

/** Says where two sequences of octets first differ, or `undefined` if they do not. */
export function differenceOf(expected: Uint8Array, actual: Uint8Array): string | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let at = 0; at < length; at++) {
    if (expected[at] === actual[at]) continue;
    const end = at + DIFFERENCE_BYTES;
    const [wanted, got] = [spaced(expected.subarray(at, end)), spaced(actual.subarray(at, end))];
    return `octet ${at}: expected ${wanted || "the end"}, got ${got || "the end"}`;
  }
  return undefined;
}

/** Joins octets into one array. */
export function joinOctets(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

function spaced(octets: Uint8Array): string {
  return formatHex(octets).replaceAll(/(..)(?!$)/g, "$1 ");
}
