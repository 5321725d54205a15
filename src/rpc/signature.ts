/**
 * Reads the parameters of a function out of its source text.
 *
 * Spec: ECMA-262, "Function.prototype.toString": the text is the exact source of the function, or
 * `[native code]`. What the text cannot tell, such as whether a caller may leave a plain parameter
 * out, stays open.
 *
 * @module
 */

import type { ParameterDescription } from "./method.ts";

/**
 * Lists the declared parameters, or `undefined` where the text does not tell: native and bound
 * functions, classes, and functions that read `arguments`.
 *
 * A destructured parameter has no name of its own and is called `arg1`, `arg2`, … by its position.
 */
export function readParameters(
  handler: (...args: never[]) => unknown,
): readonly ParameterDescription[] | undefined {
  const source = Function.prototype.toString.call(handler);
  if (source.includes("[native code]") || source.startsWith("class")) return undefined;
  if (/\barguments\b/.test(source)) return undefined;
  const bare = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(source);
  if (bare?.[1] !== undefined) return [{ name: bare[1], optional: false, rest: false }];
  const open = parameterListStart(source);
  if (open < 0) return undefined;
  return splitList(source, open + 1).map(describe);
}

/** Where the parameter list opens: the first parenthesis outside of a computed method name. */
function parameterListStart(source: string): number {
  let at = 0;
  while (at < source.length) {
    const next = skipToken(source, at);
    if (next > at) {
      at = next;
      continue;
    }
    const character = source[at];
    if (character === "(") return at;
    if (character === "[") at = splitEnd(source, at + 1);
    at++;
  }
  return -1;
}

function describe(text: string, index: number): ParameterDescription {
  const rest = text.startsWith("...");
  const equals = rest ? -1 : defaultStart(text);
  const target = (equals < 0 ? text.slice(rest ? 3 : 0) : text.slice(0, equals)).trim();
  const name = /^[\p{ID_Start}$_]/u.test(target) ? target : `arg${index + 1}`;
  if (equals < 0) return { name, optional: rest, rest };
  const defaultText = text.slice(equals + 1).trim();
  const value = literal(defaultText);
  return {
    name,
    optional: true,
    rest,
    defaultText,
    ...(value !== undefined && { default: value }),
  };
}

/** The position of the `=` that starts a default, outside of any destructuring pattern. */
function defaultStart(text: string): number {
  let at = 0;
  while (at < text.length) {
    const next = skipToken(text, at);
    if (next > at) {
      at = next;
      continue;
    }
    const character = text[at] as string;
    if (OPENERS.includes(character)) at = splitEnd(text, at + 1);
    else if (character === "=" && text[at + 1] !== ">") return at;
    at++;
  }
  return -1;
}

function literal(text: string): unknown {
  if (/^'[^'\\]*'$/.test(text)) return text.slice(1, -1);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? undefined : value;
  } catch {
    return undefined;
  }
}

const OPENERS = "([{";
const CLOSERS = ")]}";

/** Splits a list at its top-level commas, from behind its opening bracket to its closing one. */
function splitList(source: string, start: number): string[] {
  const parts: string[] = [];
  let text = "";
  let at = start;
  const push = (): void => {
    if (text.trim() !== "") parts.push(text.trim());
    text = "";
  };
  while (at < source.length) {
    const next = skipToken(source, at);
    if (next > at) {
      if (!isComment(source, at)) text += source.slice(at, next);
      at = next;
      continue;
    }
    const character = source[at] as string;
    if (CLOSERS.includes(character)) break;
    if (OPENERS.includes(character)) {
      const end = splitEnd(source, at + 1);
      text += source.slice(at, end + 1);
      at = end + 1;
      continue;
    }
    if (character === ",") push();
    else text += character;
    at++;
  }
  push();
  return parts;
}

/** The position of the bracket that closes the one before `start`. */
function splitEnd(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length) {
    const next = skipToken(source, at);
    if (next > at) {
      at = next;
      continue;
    }
    const character = source[at] as string;
    if (OPENERS.includes(character)) depth++;
    else if (CLOSERS.includes(character) && --depth === 0) return at;
    at++;
  }
  return source.length;
}

/** Where a comment, a string, a template or a regular expression that starts here ends. */
function skipToken(source: string, at: number): number {
  const character = source[at];
  if (character === "'" || character === '"' || character === "`") return quotedEnd(source, at);
  if (character !== "/") return at;
  if (source.startsWith("//", at)) return endAfter(source, "\n", at);
  if (source.startsWith("/*", at)) return endAfter(source, "*/", at);
  // A slash after an operator starts a regular expression; after a value it divides.
  const before = source.slice(0, at).trimEnd().at(-1) ?? "(";
  return "=(,[!&|?:{;+-*%<>~^".includes(before) ? quotedEnd(source, at) : at;
}

function isComment(source: string, at: number): boolean {
  return source.startsWith("//", at) || source.startsWith("/*", at);
}

function endAfter(source: string, mark: string, at: number): number {
  const end = source.indexOf(mark, at + 1);
  return end < 0 ? source.length : end + mark.length;
}

function quotedEnd(source: string, start: number): number {
  const quote = source[start];
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (quote === "`" && character === "$" && source[at + 1] === "{") {
      at = splitEnd(source, at + 2);
    } else if (quote === "/" && character === "[") inClass = true;
    else if (quote === "/" && character === "]") inClass = false;
    else if (character === quote && !inClass) return at + 1;
  }
  return source.length;
}
