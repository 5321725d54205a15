/**
 * The words of `list` and `call`: services of this machine, by name instead of by address.
 *
 *     zerocall list [service]
 *     zerocall call service method [args…] [key=value…]
 *
 * Spec: those of zrpc's own command. Its arguments are Python literals and whatever is none is text;
 * here they are JSON, and Python's `True`, `False` and `None`, and whatever is none is text.
 *
 * @module
 */

import { JsonSyntaxError, parseJson } from "./json-text.ts";
import { Mistake } from "./mistakes.ts";

/** The arguments of a call, by position and by name. */
export interface ServiceArguments {
  readonly args: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

const NAMED = /^([\p{L}_$][\p{L}\p{N}_$]*)=(.*)$/su;

const PYTHON_WORDS: ReadonlyMap<string, unknown> = new Map([
  ["True", true],
  ["False", false],
  ["None", null],
]);

/** Whether these words name a service of this machine. An address never looks like them. */
export function isServiceCommand(words: readonly string[]): boolean {
  return words[0] === "list" || words[0] === "call";
}

/**
 * Reads arguments. A word is by name only if it is no value as a whole.
 *
 * @throws {Mistake} when a name comes twice
 */
export function readServiceArguments(words: readonly string[]): ServiceArguments {
  const args: unknown[] = [];
  const named: Record<string, unknown> = Object.create(null) as Record<string, never>;
  for (const word of words) {
    const whole = readValue(word);
    const [, name, text] = whole === undefined ? (NAMED.exec(word) ?? []) : [];
    if (name === undefined || text === undefined) {
      args.push(whole === undefined ? word : whole.value);
      continue;
    }
    if (name in named) throw new Mistake(`the argument "${name}" was given twice`);
    const value = readValue(text);
    named[name] = value === undefined ? text : value.value;
  }
  return { args, named: { ...named } };
}

/** The value that a word stands for, if it is one. */
function readValue(word: string): { readonly value: unknown } | undefined {
  if (PYTHON_WORDS.has(word)) return { value: PYTHON_WORDS.get(word) };
  try {
    return { value: parseJson(word) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
