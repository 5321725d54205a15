/**
 * What is fuzzed: a piece of the library that takes octets of strangers, and the laws that hold
 * whatever they are.
 *
 * @module
 */

/** One thing to fuzz. */
export interface Target {
  /** Lower-case name with hyphens. */
  readonly name: string;
  /** Inputs to begin with: what well-behaved peers say. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words of the format, which chance would take long to find. */
  readonly words: readonly (string | Uint8Array)[];
  /** Folders and files of `dist` whose literals are words, too. */
  readonly sources: readonly string[];
  /** Inputs are not made longer than this. */
  readonly maxInputBytes: number;
  /**
   * Gives an input to the library. It has to leave nothing behind that the next one would notice.
   *
   * @throws whatever is a finding: an error outside of the contract, or a {@link BrokenLaw}
   */
  readonly run: (input: Uint8Array) => void | Promise<void>;
}

/** A law that does not hold. */
export class BrokenLaw extends Error {
  override readonly name = "BrokenLaw";
}

/** @throws {BrokenLaw} with `message`, unless `holds` */
export function law(holds: boolean, message: string): void {
  if (!holds) throw new BrokenLaw(message);
}

/** One piece of an input that is read as a list of pieces. */
export interface Piece {
  /** What is to be done with the octets, as the target likes. */
  readonly kind: number;
  readonly octets: Uint8Array;
}

const MAX_PIECES = 64;
const PIECE_HEADER_BYTES = 3;

/**
 * Reads an input as pieces, each a kind, a little-endian length of two octets, and the octets. Every
 * input can be read: a length that is too large means all that is left.
 */
export function readPieces(input: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < input.length && pieces.length < MAX_PIECES) {
    const [kind = 0, low = 0, high = 0] = input.subarray(at, at + PIECE_HEADER_BYTES);
    const start = Math.min(input.length, at + PIECE_HEADER_BYTES);
    const end = Math.min(input.length, start + (low | (high << 8)));
    pieces.push({ kind, octets: input.slice(start, end) });
    at = end;
  }
  return pieces;
}

/** Writes an input that {@link readPieces} reads. */
export function writePieces(pieces: readonly Piece[]): Uint8Array {
  return Uint8Array.from(
    pieces.flatMap(({ kind, octets }) => [
      kind,
      octets.length & 0xff,
      octets.length >> 8,
      ...octets,
    ]),
  );
}

/** The octets of text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
