/**
 * The built-in methods of every zerorpc server.
 *
 * Spec: docs/protocols/zerorpc.md, "Built-in methods".
 *
 * @module
 */

import {
  type Handler,
  makeMethod,
  type Method,
  type MethodDescription,
  type ParameterDescription,
} from "../../rpc/method.ts";
import { type Catalogue, whenKnown } from "../../rpc/catalogue.ts";
import { isRecord } from "./args.ts";

/** A method as `_zerorpc_inspect` tells it. Old peers read `args` and `doc` alone. */
export interface InspectedMethod {
  readonly args: readonly InspectedParameter[] | null;
  readonly doc: string | null;
  readonly returns?: string | undefined;
  readonly streams?: boolean | undefined;
}

/** A parameter as `_zerorpc_inspect` tells it. */
export interface InspectedParameter {
  readonly name: string;
  /** There only where there is a default. */
  readonly default?: unknown;
  /** The same text again where `default` is no value but the source text of one. */
  readonly defaultText?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly rest?: boolean | undefined;
  readonly type?: string | undefined;
}

/** The answer of `_zerorpc_inspect`. */
export interface Inspected {
  readonly name: string;
  readonly methods: Readonly<Record<string, InspectedMethod>>;
}

/** Makes the built-in methods over a service. They see every later change of it. */
export function builtinMethods(service: Catalogue): ReadonlyMap<string, Method> {
  const describe = (name: unknown, tell: (description: MethodDescription) => unknown): unknown =>
    whenKnown(service.find(String(name)), (method) => {
      if (method !== undefined) return tell(method.description);
      // Python's dictionary raises its KeyError with the key's repr as message.
      throw Object.assign(new Error(`'${String(name)}'`), { name: "KeyError" });
    });
  const handlers: Record<string, Handler> = {
    _zerorpc_ping: () => ["pong", service.name],
    _zerorpc_name: () => service.name,
    _zerorpc_list: () =>
      whenKnown(service.methods, (methods) => methods.map((method) => method.name)),
    _zerorpc_help: (name: unknown) => describe(name, ({ doc }) => doc ?? null),
    _zerorpc_args: (name: unknown) => describe(name, argSpec),
    _zerorpc_inspect: () => whenKnown(service.methods, (methods) => inspect(service.name, methods)),
  };
  return new Map(
    Object.entries(handlers).map(([name, handler]) => [name, makeMethod(name, handler)]),
  );
}

function inspect(service: string, methods: readonly Method[]): Inspected {
  // Without a prototype, a method of any name is a plain property.
  const told: Record<string, InspectedMethod> = Object.create(null) as Record<string, never>;
  for (const { name, description } of methods) told[name] = inspectMethod(description);
  return { name: service, methods: told };
}

function inspectMethod(description: MethodDescription): InspectedMethod {
  const args = description.parameters?.map((parameter) => ({
    name: parameter.name,
    ...(parameter.defaultText !== undefined && {
      default: defaultOf(parameter),
      defaultText: parameter.default === undefined ? parameter.defaultText : undefined,
    }),
    optional: parameter.optional || undefined,
    rest: parameter.rest || undefined,
    type: parameter.type,
  }));
  return {
    args: args ?? null,
    doc: description.doc ?? null,
    returns: description.returns,
    streams: description.streams,
  };
}

/** The default's value where it is a literal, which may be null, and its text otherwise. */
function defaultOf(parameter: ParameterDescription): unknown {
  return parameter.default === undefined ? parameter.defaultText : parameter.default;
}

/** Names, name of the rest parameter, keywords, defaults of the last names. */
function argSpec(description: MethodDescription): readonly unknown[] {
  const { parameters = [] } = description;
  const plain = parameters.filter((parameter) => !parameter.rest);
  const rest = parameters.find((parameter) => parameter.rest);
  const defaults = plain.filter((parameter) => parameter.defaultText !== undefined).map(defaultOf);
  return [
    plain.map((parameter) => parameter.name),
    rest?.name ?? null,
    null,
    defaults.length === 0 ? null : defaults,
  ];
}

/** Reads the answer of `_zerorpc_inspect`, of whatever peer. */
export function readInspected(value: unknown): {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodDescription>>;
} {
  const { name, methods } = (value ?? {}) as Partial<Record<keyof Inspected, unknown>>;
  const read: Record<string, MethodDescription> = Object.create(null) as Record<string, never>;
  for (const [key, method] of Object.entries((methods ?? {}) as Record<string, unknown>)) {
    read[key] = readMethod((method ?? {}) as Record<string, unknown>);
  }
  return { name: typeof name === "string" ? name : "", methods: read };
}

function readMethod(method: Record<string, unknown>): MethodDescription {
  const { args, doc, returns, streams } = method;
  return {
    ...(typeof doc === "string" && { doc }),
    ...(typeof returns === "string" && { returns }),
    ...(streams === true && { streams }),
    ...(Array.isArray(args) && { parameters: args.filter(isRecord).map(readParameter) }),
  };
}

function readParameter(parameter: Readonly<Record<string, unknown>>): ParameterDescription {
  const { name, type, optional, rest, defaultText } = parameter;
  const hasDefault = "default" in parameter;
  const isText = typeof defaultText === "string";
  return {
    name: typeof name === "string" ? name : "?",
    optional: optional === true || hasDefault,
    rest: rest === true,
    ...(isText && { defaultText }),
    ...(hasDefault &&
      !isText && { default: parameter["default"], defaultText: textOf(parameter["default"]) }),
    ...(typeof type === "string" && { type }),
  };
}

/** A value as source text, near enough for people. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : part,
  );
}
