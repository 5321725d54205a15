/**
 * The list of methods, which zrpc asks for with nil as method.
 *
 * Spec: docs/protocols/zrpc.md, "Lists".
 *
 *     {"add": {"docstring": "Adds.", "args_required": ["a"], "args_optional": {"b": 1}}}
 *
 * @module
 */

import type { Introspection } from "../../rpc/dialect.ts";
import {
  type Handler,
  makeMethod,
  type Method,
  type MethodDescription,
  type ParameterDescription,
} from "../../rpc/method.ts";
import { type Catalogue, whenKnown } from "../../rpc/catalogue.ts";

/** What nil as method is called on our side. No service can have a method of such a name. */
export const LIST_METHOD = "_zrpc_list";

/** A method as the list tells it. */
export interface ListedMethod {
  readonly docstring: string;
  readonly args_required: readonly string[];
  readonly args_optional: Readonly<Record<string, unknown>>;
  /** Those of the optional ones whose default is source text; absent where there are none. */
  readonly args_expressions?: readonly string[];
}

/** Makes the built-in method over a service. It sees every later change of it. */
export function builtinMethods(service: Catalogue): ReadonlyMap<string, Method> {
  const list: Handler = () => whenKnown(service.methods, listMethods);
  return new Map([[LIST_METHOD, makeMethod(LIST_METHOD, list)]]);
}

/** Reads the list, of whatever peer. Its service does not say how it is called. */
export const introspection: Introspection = {
  method: LIST_METHOD,
  read: (answer) => ({ name: "", methods: readList(answer) }),
};

/** The list of a service's methods. */
export function listMethods(methods: readonly Method[]): Readonly<Record<string, ListedMethod>> {
  // Without a prototype, a method of any name is a plain property.
  const list = Object.create(null) as Record<string, ListedMethod>;
  for (const { name, description } of methods) list[name] = listed(description);
  return list;
}

function listed({ doc = "", parameters = [] }: MethodDescription): ListedMethod {
  const optional = Object.create(null) as Record<string, unknown>;
  const expressions: string[] = [];
  for (const parameter of parameters) {
    if (isRequired(parameter)) continue;
    // `__proto__` is the one key that no reader of ours takes.
    if (parameter.name === "__proto__") continue;
    optional[parameter.name] = defaultOf(parameter);
    if (isExpression(parameter)) expressions.push(parameter.name);
  }
  return {
    docstring: toDocstring(doc),
    args_required: parameters.filter(isRequired).map(({ name }) => name),
    args_optional: optional,
    ...(expressions.length > 0 && { args_expressions: expressions }),
  };
}

function isExpression(parameter: ParameterDescription): boolean {
  return !("default" in parameter) && parameter.defaultText !== undefined;
}

/** The default's value, or its source text where it is no literal; nil where there is none. */
function defaultOf(parameter: ParameterDescription): unknown {
  return "default" in parameter ? parameter.default : (parameter.defaultText ?? null);
}

/**
 * Python indents all lines of a documentation but the first, and its readers take that away again:
 * what is behind an empty line keeps its own indentation.
 */
function toDocstring(doc: string): string {
  return doc.includes("\n") && !doc.startsWith("\n") ? `\n${doc}` : doc;
}

/** The original counts those that take all the rest among the required ones. */
function isRequired(parameter: ParameterDescription): boolean {
  return parameter.rest || !parameter.optional;
}

function readList(answer: unknown): Readonly<Record<string, MethodDescription>> {
  const methods = Object.create(null) as Record<string, MethodDescription>;
  for (const [name, method] of entriesOf(answer)) methods[name] = readMethod(method);
  return methods;
}

function readMethod(method: unknown): MethodDescription {
  const told = new Map(entriesOf(method));
  const docstring = told.get("docstring");
  const doc = typeof docstring === "string" ? cleanDocstring(docstring) : "";
  const required = told.get("args_required");
  const expressions = told.get("args_expressions");
  const isText = (name: string, value: unknown): value is string =>
    typeof value === "string" && Array.isArray(expressions) && expressions.includes(name);
  const parameters = [
    ...(Array.isArray(required) ? (required as readonly unknown[]) : []).map(
      (name): ParameterDescription => ({ name: String(name), optional: false, rest: false }),
    ),
    ...entriesOf(told.get("args_optional")).map(([name, value]): ParameterDescription => ({
      name,
      optional: true,
      rest: false,
      ...(isText(name, value)
        ? { defaultText: value }
        : { default: value, defaultText: textOf(value) }),
    })),
  ];
  return { ...(doc !== "" && { doc }), parameters };
}

/** A map comes as an object or, if it has other keys than text, as a `Map`. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) {
    return [...(value as Map<unknown, unknown>)].map(([key, entry]) => [String(key), entry]);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value);
}

function textOf(value: unknown): string {
  const text: unknown = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint" ? String(inner) : inner,
  );
  return typeof text === "string" ? text : "";
}

/** Takes away empty lines around a text and the indentation that its lines have in common. */
export function cleanDocstring(docstring: string): string {
  const [first = "", ...others] = docstring.replaceAll("\t", "        ").split("\n");
  const filled = others.filter((line) => line.trim() !== "");
  const indent = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  // Behind the opening quotes the first line has its indentation in the source only.
  const lines = [first.trim(), ...others.map((line) => line.slice(Math.min(indent, line.length)))];
  const text = lines.map((line) => line.trimEnd());
  const start = text.findIndex((line) => line !== "");
  const end = text.findLastIndex((line) => line !== "");
  return start < 0 ? "" : text.slice(start, end + 1).join("\n");
}
