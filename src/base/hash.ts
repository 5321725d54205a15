/**
 * FNV-1a in 32 bits, for finding and for telling apart; nothing is kept secret by it.
 *
 * @module
 */

export const FNV_PRIME = 0x0100_0193;

/** Goes on with a hash over further octets. */
export function hashInto(start: number, octets: Uint8Array): number {
  let hash = start;
  for (let i = 0; i < octets.length; i++) hash = Math.imul(hash ^ (octets[i] as number), FNV_PRIME);
  return hash;
}
