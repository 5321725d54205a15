/**
 * Octets that are to be sent: in one piece, or in several that lie where they were.
 *
 * Several pieces spare a large value its copy: what is written around it and the value itself go to
 * the platform one behind the other.
 *
 * @module
 */

/** Octets in order, in one or more pieces. */
export type Octets = Uint8Array | readonly Uint8Array[];

/** How many octets there are. */
export function octetLength(octets: Octets): number {
  if (ArrayBuffer.isView(octets)) return octets.length;
  let length = 0;
  for (const piece of octets) length += piece.length;
  return length;
}

/** All octets in one piece; copied only if there are several. */
export function wholeOctets(octets: Octets): Uint8Array {
  if (ArrayBuffer.isView(octets)) return octets;
  const whole = new Uint8Array(octetLength(octets));
  let at = 0;
  for (const piece of octets) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
