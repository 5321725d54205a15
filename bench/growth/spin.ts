/** What the threads of the measurement run: nothing but arithmetic, a few ms for each call. */

/** Adds up so many pseudo-random numbers. */
export function spin(rounds: number): number {
  let seed = 1;
  let sum = 0;
  for (let i = 0; i < rounds; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    sum += seed & 0xff;
  }
  return sum;
}
