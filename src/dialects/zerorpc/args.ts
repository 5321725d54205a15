/**
 * The args of a request as a list, whatever a peer made of them.
 *
 * Spec: docs/protocols/zerorpc.md, "Args". Python spreads whatever it gets: text by characters, a
 * map by keys, octets by numbers. What cannot be spread is a TypeError there.
 *
 * @module
 */

/** The arguments of a request, or `undefined` if they are no list of anything. */
export function argList(args: unknown): readonly unknown[] | undefined {
  if (Array.isArray(args)) return args as readonly unknown[];
  if (typeof args === "string") return Array.from(args);
  if (args instanceof Map) return [...args.keys()];
  if (args instanceof Uint8Array) return [...args];
  return isRecord(args) ? Object.keys(args) : undefined;
}

/** Why {@link argList} made nothing of it. */
export function notArgs(args: unknown): string {
  return `expected an array of args, got ${args === null ? "nil" : typeof args}`;
}

/** Whether a decoded value is a map with text for keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
