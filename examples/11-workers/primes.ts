/** The service of this example. It runs in every worker thread, and knows nothing of that. */

/** Counts the primes below `limit`, which keeps a core busy. */
export function countPrimes(limit: number): number {
  let found = 0;
  for (let n = 2; n < limit; n++) if (isPrime(n)) found++;
  return found;
}

/** Yields primes one by one. */
export function* primes(): Generator<number> {
  for (let n = 2; ; n++) if (isPrime(n)) yield n;
}

/** Ends its thread with an error that nobody catches. */
export function crash(): Promise<never> {
  setTimeout(() => {
    throw new Error("nobody catches this");
  });
  return new Promise(() => undefined);
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}
