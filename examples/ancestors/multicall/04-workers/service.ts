/** The functions that the workers run; each thread has its own copy. */

import { threadId } from "node:worker_threads";

export function mult(a: number, b: number): number {
  return a * b;
}

/** Keeps a core busy, and tells which thread that was. */
export function spin(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return threadId;
}
