/**
 * A JSON reader that says where a text is wrong and keeps large integers.
 *
 * `JSON.parse` of the oldest supported Node tells neither: its messages mostly have no position,
 * and 9007199254740993 becomes 9007199254740992. Everything else is as `JSON.parse` has it.
 *
 * Spec: RFC 8259.
 *
 * @module
 */

/** A text is no JSON. */
export class JsonSyntaxError extends Error {
  /** Where the text stops making sense, in UTF-16 units from its start. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = "JsonSyntaxError";
    this.offset = offset;
  }
}

/** Deeper nesting is refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 500;

/**
 * Reads a whole text as one JSON value.
 *
 * @throws {JsonSyntaxError}
 */
export function parseJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    this.#skipBlanks();
    if (depth > MAX_DEPTH) throw this.#error(`at most ${MAX_DEPTH} levels of nesting`);
    const character = this.#text[this.#at];
    if (character === "{") return this.#object(depth);
    if (character === "[") return this.#array(depth);
    if (character === '"') return this.#string();
    for (const [word, value] of LITERALS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#number();
  }

  end(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#error("the end");
  }

  #object(depth: number): unknown {
    const members: [string, unknown][] = [];
    this.#at++;
    this.#skipBlanks();
    if (this.#take("}")) return {};
    do {
      this.#skipBlanks();
      if (this.#text[this.#at] !== '"') throw this.#error("a key in double quotes");
      const key = this.#string();
      this.#skipBlanks();
      if (!this.#take(":")) throw this.#error('":" after a key');
      members.push([key, this.value(depth + 1)]);
      this.#skipBlanks();
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#error('"," or "}"');
    // Defines `__proto__` like any other key, where an assignment would not.
    return Object.fromEntries(members);
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    this.#skipBlanks();
    if (this.#take("]")) return items;
    do {
      items.push(this.value(depth + 1));
      this.#skipBlanks();
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#error('"," or "]"');
    return items;
  }

  #string(): string {
    const start = this.#at;
    this.#at++;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at++;
        return JSON.parse(this.#text.slice(start, this.#at)) as string;
      }
      if (character < " ") throw this.#error("no control character in a string");
      if (character === "\\") this.#escape();
    }
    throw this.#error("a closing double quote");
  }

  #escape(): void {
    this.#at++;
    if (this.#text[this.#at] === "u") {
      const digits = this.#text.slice(this.#at + 1, this.#at + 5);
      const valid = /^[\da-fA-F]*/.exec(digits)?.[0].length ?? 0;
      this.#at += valid;
      if (valid < 4) {
        this.#at++;
        throw this.#error("four hexadecimal digits");
      }
    } else if (!'"\\/bfnrt'.includes(this.#text[this.#at] ?? "?")) {
      throw this.#error("an escape such as \\n or \\u0041");
    }
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const text = NUMBER.exec(this.#text)?.[0];
    if (text === undefined) throw this.#error(this.#at === 0 ? "a JSON value" : "a value");
    this.#at += text.length;
    const value = Number(text);
    return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#text)?.[0].length ?? 0;
  }

  #error(expected: string): JsonSyntaxError {
    const found = this.#text.codePointAt(this.#at);
    const got = found === undefined ? "the end" : JSON.stringify(String.fromCodePoint(found));
    return new JsonSyntaxError(
      `expected ${expected}, got ${got} at character ${this.#at + 1}`,
      this.#at,
    );
  }
}
