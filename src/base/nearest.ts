/**
 * Names close to one that was not found, for errors that say what was probably meant.
 *
 * Case and the separators `_` and `-` do not count, so `add_man` finds `addMan`. Otherwise
 * closeness is the number of inserted, removed, changed and swapped characters.
 *
 * @module
 */

/** Limits of a search: `name` may come from a peer. */
const MAX_NAME_LENGTH = 64;
const MAX_NAMES = 5000;

/** How many names {@link nearestNames} returns at most. */
export const MAX_NEAREST = 3;

/**
 * Returns those of `names` that `name` was probably meant to be, nearest first, at most
 * {@link MAX_NEAREST}. Names of more than 64 characters are near to nothing.
 */
export function nearestNames(name: string, names: Iterable<string>): string[] {
  const wanted = plain(name);
  if (wanted.length === 0 || wanted.length > MAX_NAME_LENGTH) return [];
  const found: { candidate: string; distance: number }[] = [];
  let seen = 0;
  for (const candidate of names) {
    if (++seen > MAX_NAMES) break;
    const distance = distanceTo(wanted, candidate);
    if (distance !== undefined) found.push({ candidate, distance });
  }
  return found
    .toSorted((a, b) => a.distance - b.distance || order(a.candidate, b.candidate))
    .slice(0, MAX_NEAREST)
    .map((entry) => entry.candidate);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** The distance when it is small enough to be a slip; the last part of a dotted name counts too. */
function distanceTo(wanted: string, candidate: string): number | undefined {
  const whole = plain(candidate);
  if (whole.length > MAX_NAME_LENGTH) return undefined;
  const direct = slip(wanted, whole);
  if (direct !== undefined) return direct;
  const lastDot = whole.lastIndexOf(".");
  const tail = lastDot < 0 ? undefined : slip(wanted, whole.slice(lastDot + 1));
  // A namespace left out is a smaller likelihood than a slip of the same size.
  return tail === undefined ? undefined : tail + 1;
}

function slip(wanted: string, candidate: string): number | undefined {
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
  if (Math.abs(wanted.length - candidate.length) <= allowed) {
    const distance = editDistance(wanted, candidate);
    // Two names of one or two characters that share none are not near.
    if (distance <= allowed && distance < Math.max(wanted.length, candidate.length)) {
      return distance;
    }
  }
  // A name begun and not finished, or finished too long.
  const shorter = Math.min(wanted.length, candidate.length);
  const begun = candidate.startsWith(wanted) || wanted.startsWith(candidate);
  return begun && shorter >= 3 ? allowed + 1 : undefined;
}

/** Optimal string alignment: Levenshtein's distance where a swap of neighbours counts one. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(beforeLast, j - 2) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
