/**
 * Whether two values are the same to who receives them.
 *
 * @module
 */

/**
 * Compares values as a reader sees them: `NaN` is `NaN`, -0 is not 0, text counts without lone
 * surrogates, which UTF-8 cannot write.
 */
export function same(a: unknown, b: unknown): boolean {
  if (typeof a === "string" && typeof b === "string") {
    return a === b || Buffer.from(a).equals(Buffer.from(b));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b);
  }
  return Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && sameObjects(a, b);
}

function sameObjects(a: object, b: object): boolean {
  if (a instanceof Uint8Array) return sameOctets(a, b as Uint8Array);
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  return sameLists(partsOf(a), partsOf(b));
}

function partsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return value instanceof Map || value instanceof Set ? [...value] : Object.entries(value);
}

export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}

function sameLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, at) => same(item, b[at]));
}
