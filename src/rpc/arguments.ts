/**
 * Matches what a caller sent to what a method declares.
 *
 * @module
 */

import type { Failure } from "./errors.ts";
import { formatSignature, type Method } from "./method.ts";

/** The positional arguments to call with, or why they do not fit. */
export type Matched =
  | { readonly type: "arguments"; readonly args: readonly unknown[] }
  | { readonly type: "mismatch"; readonly failure: Failure };

/** Says why positional arguments do not fit, or `undefined` if they do. */
export function countMismatch(method: Method, count: number): Failure | undefined {
  const { least, most } = method.arity;
  if (count >= least && count <= most) return undefined;
  const expected =
    least === most ? `${most}` : count < least ? `at least ${least}` : `at most ${most}`;
  return mismatch(
    method,
    `takes ${expected} argument${expected.endsWith(" 1") || expected === "1" ? "" : "s"}, got ${count}`,
  );
}

/** Puts arguments that came by name into the order of the parameters, behind positional ones. */
export function placeNamed(
  method: Method,
  args: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): Matched {
  if (Object.keys(named).length === 0) return { type: "arguments", args };
  const { parameters } = method.description;
  if (parameters === undefined) {
    return {
      type: "mismatch",
      failure: mismatch(method, "takes no arguments by name, because its parameters are not known"),
    };
  }
  const names = parameters.filter((parameter) => !parameter.rest).map(({ name }) => name);
  const unknown = Object.keys(named).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    return { type: "mismatch", failure: mismatch(method, `has no parameter ${quoted(unknown)}`) };
  }
  const twice = names.slice(0, args.length).filter((name) => Object.hasOwn(named, name));
  if (twice.length > 0) {
    const what = `got ${quoted(twice)} by position and by name`;
    return { type: "mismatch", failure: mismatch(method, what) };
  }
  // Whoever names arguments names all that have no default, also where source text alone tells the
  // parameters: a gap would be filled with undefined, and nobody would hear of it.
  const missing = parameters
    .slice(args.length)
    .filter(({ name, optional, rest }) => !optional && !rest && !Object.hasOwn(named, name))
    .map(({ name }) => name);
  if (missing.length > 0) {
    return {
      type: "mismatch",
      failure: mismatch(method, `misses the argument ${quoted(missing)}`),
    };
  }
  const last = names.findLastIndex((name) => Object.hasOwn(named, name));
  // Own ones only: a parameter may have the name of something that every object has.
  const placed = names
    .slice(args.length, last + 1)
    .map((name) => (Object.hasOwn(named, name) ? named[name] : undefined));
  return { type: "arguments", args: [...args, ...placed] };
}

function mismatch(method: Method, what: string): Failure {
  const signature = formatSignature(method.name, method.description);
  return {
    status: "invalid_argument",
    name: "TypeError",
    message: `${method.name}() ${what}; its signature is ${signature}`,
    mayHaveRun: false,
  };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
