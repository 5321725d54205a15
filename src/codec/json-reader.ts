/**
 * Reads JSON text within limits.
 *
 * Spec: RFC 8259. Integers beyond ±(2^53 - 1) become `bigint`, the key `__proto__` is refused, and
 * of members with the same name the last one counts.
 *
 * A first look over the octets counts levels and entries, so that nothing is built beyond the limits,
 * and finds out whether the platform's own parser will do, which is nearly always.
 *
 * @module
 */

import {
  badKey,
  CodecError,
  type CodecLimits,
  MAX_INTEGER_DIGITS,
  tooDeep,
  tooLongString,
  tooManyElements,
} from "./errors.ts";

/** Up to so many digits every integer is exact as a number. */
const EXACT_DIGITS = 15;

const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

/** What an octet outside of text is to the first look. */
const [DIGIT, QUOTE, COMMA, OPEN, CLOSE, WORD] = [1, 2, 3, 4, 5, 6];
const KINDS = new Uint8Array(256);
KINDS.fill(DIGIT, 0x30, 0x3a);
for (const [character, kind] of [
  ['"', QUOTE],
  [",", COMMA],
  ["[", OPEN],
  ["{", OPEN],
  ["]", CLOSE],
  ["}", CLOSE],
  ["I", WORD],
  ["N", WORD],
] as const) {
  KINDS[character.charCodeAt(0)] = kind;
}

const PROTO = "__proto__";

/**
 * Reads one value; nothing but blanks may follow it.
 *
 * @param words - whether `NaN`, `Infinity` and `-Infinity`, which are no JSON, are read
 */
export function readJson(octets: Uint8Array, limits: CodecLimits, words: boolean = false): unknown {
  const plain = survey(octets, limits);
  let text: string;
  try {
    text = utf8.decode(octets);
  } catch {
    throw new CodecError("CODEC_UTF8", "expected json in valid utf-8");
  }
  if (!plain) return new Parser(text, words ? ALL_WORDS : WORDS).parse();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw notJson((error as SyntaxError).message, 0);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Checks the limits.
 *
 * @returns whether neither long integers nor words of Python nor the refused key can be inside
 */
function survey(
  octets: Uint8Array,
  { maxDepth, maxElements, maxStringBytes }: CodecLimits,
): boolean {
  let plain = true;
  let depth = 0;
  let elements = 0;
  let digits = 0;
  for (let at = 0; at < octets.length; at++) {
    const kind = KINDS[octets[at] as number];
    digits = kind === DIGIT ? digits + 1 : 0;
    switch (kind) {
      case DIGIT:
        if (digits > EXACT_DIGITS) plain = false;
        break;
      case WORD:
        plain = false;
        break;
      case QUOTE: {
        const end = textEnd(octets, at + 1);
        if (end - at - 1 > maxStringBytes) throw tooLongString(maxStringBytes, end - at - 1);
        if (mayBeProto(octets, at + 1, end)) plain = false;
        at = end;
        break;
      }
      case OPEN:
        if (++depth > maxDepth) throw tooDeep(maxDepth);
        elements++;
        break;
      case CLOSE:
        depth--;
        break;
      case COMMA:
        elements++;
        break;
      default:
    }
  }
  if (elements > maxElements) throw tooManyElements(maxElements, elements);
  return plain;
}

/** Where the text that starts at `at` has its closing quote, or the end of the octets. */
function textEnd(octets: Uint8Array, at: number): number {
  while (at < octets.length && octets[at] !== 0x22) at += octets[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Text of nine characters between underscores, or with escapes of plain characters. */
function mayBeProto(octets: Uint8Array, start: number, end: number): boolean {
  if (end - start === PROTO.length) return octets[start] === UNDERSCORE;
  if (end - start < PROTO.length) return false;
  for (let at = start; at < end; at++) {
    if (octets[at] !== BACKSLASH) continue;
    // \u00.. is the only way to write a plain letter otherwise.
    if (octets[at + 1] === 0x75 && octets[at + 2] === 0x30 && octets[at + 3] === 0x30) return true;
    at++;
  }
  return false;
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const BLANKS = /[ \t\r\n]*/y;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** With those that Python writes and JSON has not. */
const ALL_WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...WORDS,
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/** The exact parser, for text that the platform's would read wrongly. Depth was checked before. */
class Parser {
  readonly #text: string;
  readonly #words: ReadonlyMap<string, unknown>;
  #at = 0;

  constructor(text: string, words: ReadonlyMap<string, unknown>) {
    this.#text = text;
    this.#words = words;
  }

  parse(): unknown {
    const value = this.#value();
    if (this.#at < this.#text.length) throw this.#expected("the end");
    return value;
  }

  /** A value and the blanks around it. */
  #value(): unknown {
    this.#match(BLANKS);
    const value = this.#bareValue();
    this.#match(BLANKS);
    return value;
  }

  #bareValue(): unknown {
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === "[") return this.#array();
    if (first === "{") return this.#object();
    for (const [word, value] of this.#words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#number();
  }

  #number(): number | bigint {
    const match = this.#match(NUMBER);
    if (match === undefined) throw this.#expected("a value");
    const [digits = "", fraction, exponent] = match;
    const value = Number(digits);
    if (fraction !== undefined || exponent !== undefined || Number.isSafeInteger(value))
      return value;
    if (digits.length > MAX_INTEGER_DIGITS) {
      throw this.#expected(`an integer of at most ${MAX_INTEGER_DIGITS} digits`);
    }
    return BigInt(digits);
  }

  /** By hand: a regular expression for it needs room for each of its characters. */
  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    if (text[start] !== '"') throw this.#expected("text");
    try {
      const value = JSON.parse(text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      throw this.#expected("text");
    }
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    if (this.#empty("]")) return items;
    do items.push(this.#value());
    while (this.#goesOn("]"));
    return items;
  }

  #object(): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    if (this.#empty("}")) return members;
    do {
      this.#match(BLANKS);
      const key = this.#string();
      if (key === PROTO) throw badKey(key, this.#at);
      this.#match(BLANKS);
      if (this.#text[this.#at++] !== ":") throw this.#expected('":"');
      members[key] = this.#value();
    } while (this.#goesOn("}"));
    return members;
  }

  /** Takes the opening bracket, and the closing one if nothing is between. */
  #empty(close: string): boolean {
    this.#at++;
    this.#match(BLANKS);
    if (this.#text[this.#at] !== close) return false;
    this.#at++;
    return true;
  }

  /** Takes a comma, or the closing bracket. */
  #goesOn(close: string): boolean {
    const next = this.#text[this.#at++];
    if (next === ",") return true;
    if (next === close) return false;
    throw this.#expected(`"," or "${close}"`);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #expected(what: string): CodecError {
    return notJson(`expected ${what}`, this.#at);
  }
}

/** How much of the platform's words is passed on; they quote the text. */
const MAX_REASON = 120;

function notJson(reason: string, at: number): CodecError {
  const where = at > 0 ? ` at character ${at}` : "";
  return new CodecError("CODEC_MALFORMED", `expected json: ${reason.slice(0, MAX_REASON)}${where}`);
}
