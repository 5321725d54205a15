/**
 * Where in a value a part of it lies, as MessagePack is written.
 *
 * @module
 */

import { recordOf } from "./error-record.ts";
import { CODEC_DEFAULTS, stepTo } from "./errors.ts";

/**
 * Finds the way to a part of a value, for an error's message: once through the value, in the order in
 * which it is written.
 *
 * @returns `undefined` when it is not there, such as behind a getter that answers differently
 */
export function pathTo(part: unknown, value: unknown, depth: number): string | undefined {
  if (Object.is(value, part)) return "";
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > CODEC_DEFAULTS.maxDepth) return undefined;
  for (const { step, key, child } of partsOf(value)) {
    const path = Object.is(key, part) ? "" : pathTo(part, child, depth + 1);
    if (path !== undefined) return step + path;
  }
  return undefined;
}

/** The values that are written of an object, each with its step in a path. */
function* partsOf(value: object): Generator<{ step: string; key?: unknown; child: unknown }> {
  if (ArrayBuffer.isView(value)) return;
  if ("toJSON" in value && typeof value.toJSON === "function") {
    yield { step: "", child: (value.toJSON as () => unknown)() };
  } else if (Array.isArray(value) || value instanceof Set) {
    let index = 0;
    for (const child of value) yield { step: `[${index++}]`, child };
  } else if (value instanceof Map) {
    for (const [key, child] of value) yield { step: stepTo(key), key, child };
  } else {
    for (const [key, child] of Object.entries(recordOf(value))) {
      if (typeof child !== "function") yield { step: `.${key}`, child };
    }
  }
}
