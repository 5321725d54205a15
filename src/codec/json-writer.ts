/**
 * Writes JSON text.
 *
 * Spec: RFC 8259. What JSON has no word for is written by these rules:
 *
 * | JavaScript | JSON |
 * |---|---|
 * | `undefined` | `null`; as a member of an object it is left out |
 * | finite number | number; -0 keeps its sign; integers beyond 2^53 - 1 with an exponent, so that they stay numbers |
 * | `bigint` | integer in all its digits |
 * | `Uint8Array`, `ArrayBuffer`, `DataView` | text in base64 (RFC 4648, section 4) |
 * | arrays, other typed arrays, `Set` | array |
 * | `Map` with text for keys | object |
 * | an object with `toJSON`, such as `Date` | what that returns |
 * | an error | object of what `error-record.ts` says |
 * | any other object | object of its own enumerable properties that are neither `undefined` nor a function nor a symbol |
 *
 * Functions, symbols, promises, keys that are no text and the key `__proto__` are refused, and so are
 * infinities and `NaN`, unless the style has words for them.
 *
 * @module
 */

import { recordOf } from "./error-record.ts";
import { CODEC_DEFAULTS, isTooLong, TOO_LONG_INTEGER, tooDeep, unsupported } from "./errors.ts";

/** How JSON text looks. */
export interface JsonStyle {
  /** A blank behind commas and colons, as Python writes. @default false */
  readonly blanks?: boolean;
  /** Everything beyond ASCII is escaped, and slashes too, as ujson writes. @default false */
  readonly escaped?: boolean;
  /**
   * `NaN`, `Infinity` and `-Infinity` are bare words, written and read, as in Python. They are no
   * JSON. @default false, refused
   */
  readonly words?: boolean;
}

/** What needs an escape: quotes, backslashes, control characters, and lone surrogates perhaps. */
// oxlint-disable-next-line no-control-regex -- they are what needs an escape
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
/** The same in the escaped style. */
// oxlint-disable-next-line no-control-regex -- they are what needs an escape
const NEEDS_ANY_ESCAPE = /["\\/\u0000-\u001f\u0080-\uffff]/;

/** Writes values. */
export class JsonWriter {
  readonly #comma: string;
  readonly #colon: string;
  readonly #words: boolean;
  readonly #quote: (text: string) => string;
  /** Where the value is that is being written: one key or index for each level. */
  readonly #path: (string | number)[] = [];

  constructor(style: JsonStyle = {}) {
    this.#comma = style.blanks === true ? ", " : ",";
    this.#colon = style.blanks === true ? ": " : ":";
    this.#words = style.words === true;
    this.#quote = style.escaped === true ? quoteEscaped : quote;
  }

  /** @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH` */
  write(value: unknown): string {
    return this.#value(value, 0);
  }

  #value(value: unknown, depth: number): string {
    switch (typeof value) {
      case "string":
        return this.#quote(value);
      case "number":
        return this.#number(value, depth);
      case "boolean":
        return value ? "true" : "false";
      case "bigint":
        if (isTooLong(value)) throw unsupported(TOO_LONG_INTEGER, this.#where(depth));
        return value.toString();
      case "undefined":
        return "null";
      case "object":
        return value === null ? "null" : this.#object(value, depth);
      default:
        // Functions and symbols are all that is left.
        throw unsupported(`a ${typeof value}`, this.#where(depth));
    }
  }

  #number(value: number, depth: number): string {
    if (!Number.isFinite(value)) {
      if (this.#words) return String(value);
      throw unsupported(String(value), this.#where(depth));
    }
    if (value === 0 && 1 / value < 0) return "-0";
    const exact = !Number.isInteger(value) || Number.isSafeInteger(value);
    return exact ? String(value) : value.toExponential();
  }

  #object(value: object, depth: number): string {
    if (depth >= CODEC_DEFAULTS.maxDepth) throw tooDeep(CODEC_DEFAULTS.maxDepth);
    if (Array.isArray(value)) return this.#array(value as readonly unknown[], depth);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
      return this.#octets(value, depth);
    if (value instanceof Set) return this.#array([...(value as ReadonlySet<unknown>)], depth);
    if (value instanceof Map) return this.#members(value as ReadonlyMap<unknown, unknown>, depth);
    if ("toJSON" in value && typeof value.toJSON === "function") {
      return this.#value((value.toJSON as () => unknown)(), depth + 1);
    }
    if (value instanceof Promise) throw unsupported("a promise", this.#where(depth));
    return this.#members(Object.entries(recordOf(value)), depth);
  }

  #array(items: readonly unknown[], depth: number): string {
    let text = "[";
    for (let i = 0; i < items.length; i++) {
      this.#path[depth] = i;
      if (i > 0) text += this.#comma;
      text += this.#value(items[i], depth + 1);
    }
    return `${text}]`;
  }

  #members(entries: Iterable<readonly [unknown, unknown]>, depth: number): string {
    let text = "{";
    for (const [key, value] of entries) {
      if (value === undefined || typeof value === "function" || typeof value === "symbol") continue;
      if (key === "__proto__") throw unsupported(`the key "__proto__"`, this.#where(depth));
      if (typeof key !== "string") throw unsupported(`a ${typeof key} as key`, this.#where(depth));
      this.#path[depth] = key;
      if (text.length > 1) text += this.#comma;
      text += this.#quote(key) + this.#colon + this.#value(value, depth + 1);
    }
    return `${text}}`;
  }

  #octets(value: ArrayBufferView | ArrayBuffer, depth: number): string {
    if (value instanceof Uint8Array) return `"${base64(value)}"`;
    if (value instanceof ArrayBuffer) return `"${base64(new Uint8Array(value))}"`;
    if (!(value instanceof DataView)) {
      return this.#array(Array.from(value as unknown as ArrayLike<unknown>), depth);
    }
    return `"${base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}"`;
  }

  #where(depth: number): string {
    return this.#path
      .slice(0, depth)
      .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
      .join("");
  }
}

function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function quoteEscaped(text: string): string {
  if (!NEEDS_ANY_ESCAPE.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[/\u0080-\uffff]/g, (unit) =>
    unit === "/" ? "\\/" : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Octets as text. Spec: RFC 4648, section 4. */
function base64(octets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < octets.length; i += 3) {
    const [a = 0, b, c] = [octets[i], octets[i + 1], octets[i + 2]];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += `${ALPHABET[bits >> 18]}${ALPHABET[(bits >> 12) & 63]}`;
    text += b === undefined ? "=" : ALPHABET[(bits >> 6) & 63];
    text += c === undefined ? "=" : ALPHABET[bits & 63];
  }
  return text;
}
