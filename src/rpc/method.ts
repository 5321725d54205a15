/**
 * Methods: what a service offers under one name.
 *
 * @module
 */

import { wantsContext } from "./context.ts";
import { isExposed } from "./exposed.ts";
import { readParameters } from "./signature.ts";

/** One declared parameter of a method. */
export interface ParameterDescription {
  readonly name: string;
  /** The call is complete without it. */
  readonly optional: boolean;
  /** It takes all the arguments that are left. */
  readonly rest: boolean;
  /** Source text of its default. */
  readonly defaultText?: string;
  /** Value of its default where that is a literal. */
  readonly default?: unknown;
  /** Its TypeScript type as text. */
  readonly type?: string;
}

/** What is known of a method without calling it. */
export interface MethodDescription {
  /** Documentation, cleaned of comment marks and indentation. */
  readonly doc?: string;
  /** The declared parameters; absent where they are not known. */
  readonly parameters?: readonly ParameterDescription[];
  /** Its TypeScript result type as text. */
  readonly returns?: string;
  /** It answers with a stream. */
  readonly streams?: boolean;
}

/** What a handler can be: anything that is called with the arguments. */
export type Handler = (...args: never[]) => unknown;

/** How many positional arguments a method takes. */
export interface Arity {
  readonly least: number;
  /** `Infinity` where it takes any number or nothing is known. */
  readonly most: number;
}

/** A method that can be called. */
export interface Method {
  /** Full dotted name. */
  readonly name: string;
  readonly description: MethodDescription;
  /** How many positional arguments it takes. */
  readonly arity: Arity;
  /** It was marked by `exposed`. @default false */
  readonly exposed?: boolean;
  /** The handler wants its {@link CallContext} in front of the arguments. */
  readonly wantsContext: boolean;
  /** Calls the handler. What it throws is what the handler threw. */
  invoke(args: readonly unknown[]): unknown;
}

/** Makes a method of a function. */
export function makeMethod(
  name: string,
  handler: Handler,
  owner?: object,
  described?: MethodDescription,
): Method {
  const call = handler as (...args: unknown[]) => unknown;
  const withContext = wantsContext(handler);
  let description = described;
  let arity: Arity | undefined;
  return {
    name,
    exposed: isExposed(handler),
    wantsContext: withContext,
    // Reading the source text takes time that a service of thousands of methods need not spend.
    get description(): MethodDescription {
      if (description?.parameters === undefined) {
        const read = readParameters(handler);
        const parameters = withContext ? read?.slice(1) : read;
        description = { ...description, ...(parameters !== undefined && { parameters }) };
      }
      return description;
    },
    get arity(): Arity {
      return (arity ??= arityOf(this.description, described?.parameters !== undefined));
    },
    invoke: (args) => Reflect.apply(call, owner, args),
  };
}

/**
 * @param complete - the parameters say which of them are optional. Source text alone does not: in
 *   JavaScript any parameter can be left out, so too few arguments are no error then.
 */
function arityOf(description: MethodDescription, complete: boolean): Arity {
  const { parameters } = description;
  if (parameters === undefined) return { least: 0, most: Infinity };
  const required = parameters.findLastIndex((parameter) => !parameter.optional) + 1;
  const open = parameters.some((parameter) => parameter.rest);
  return { least: complete ? required : 0, most: open ? Infinity : parameters.length };
}

/** Writes a signature for people: `concat(a, b, sep = "-")`. */
export function formatSignature(name: string, description: MethodDescription): string {
  const { parameters } = description;
  if (parameters === undefined) return `${name}(??)`;
  const texts = parameters.map((parameter) => {
    const mark = parameter.optional && parameter.defaultText === undefined && !parameter.rest;
    return (
      (parameter.rest ? "..." : "") +
      parameter.name +
      (mark ? "?" : "") +
      (parameter.type === undefined ? "" : `: ${parameter.type}`) +
      (parameter.defaultText === undefined ? "" : ` = ${parameter.defaultText}`)
    );
  });
  return `${name}(${texts.join(", ")})${description.returns === undefined ? "" : `: ${description.returns}`}`;
}
