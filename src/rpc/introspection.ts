/**
 * What a server of ours tells about itself over protocols that have no words for it: a method whose
 * name nobody can register, because it begins with an underscore.
 *
 * Spec: docs/protocols/netcall.md, "Introspection"; docs/protocols/multicall.md, "Clients".
 *
 * @module
 */

import type { Introspection } from "./dialect.ts";
import {
  type Handler,
  makeMethod,
  type Method,
  type MethodDescription,
  type ParameterDescription,
} from "./method.ts";
import { type Catalogue, whenKnown } from "./catalogue.ts";

const INSPECT = "_inspect";

/** The methods that such a server has beside its own. They see every later change of the service. */
export function builtinMethods(service: Catalogue): ReadonlyMap<string, Method> {
  const inspect: Handler = () =>
    whenKnown(service.methods, (methods) => ({
      name: service.name,
      methods: methods.map(({ name, description }) => ({ name, ...wireOf(description) })),
    }));
  return new Map([[INSPECT, makeMethod(INSPECT, inspect)]]);
}

/** A description without what the wire could not carry: a default may be any value. */
function wireOf(description: MethodDescription): MethodDescription {
  const { doc, parameters, returns, streams } = description;
  return {
    ...(doc !== undefined && { doc }),
    ...(parameters !== undefined && { parameters: parameters.map(withoutValue) }),
    ...(returns !== undefined && { returns }),
    ...(streams !== undefined && { streams }),
  };
}

function withoutValue(parameter: ParameterDescription): ParameterDescription {
  const { name, optional, rest, defaultText, type } = parameter;
  return {
    name,
    optional,
    rest,
    ...(defaultText !== undefined && { defaultText }),
    ...(type !== undefined && { type }),
  };
}

/** How a client asks. A server of the original has no such method, and says so. */
export const introspection: Introspection = {
  method: INSPECT,
  read: (value) => {
    const { name, methods } = isRecord(value) ? value : {};
    const read: Record<string, MethodDescription> = Object.create(null) as Record<string, never>;
    for (const method of Array.isArray(methods) ? (methods as unknown[]) : []) {
      if (isRecord(method)) read[String(method["name"])] = readMethod(method);
    }
    return { name: String(name), methods: read };
  },
};

function readMethod(method: Readonly<Record<string, unknown>>): MethodDescription {
  const { doc, parameters, returns, streams } = method;
  return {
    ...(typeof doc === "string" && { doc }),
    ...(typeof returns === "string" && { returns }),
    ...(streams === true && { streams }),
    ...(Array.isArray(parameters) && {
      parameters: (parameters as unknown[]).filter(isRecord).map(readParameter),
    }),
  };
}

function readParameter(parameter: Readonly<Record<string, unknown>>): ParameterDescription {
  const { name, optional, rest, defaultText, type } = parameter;
  return {
    name: String(name),
    optional: optional === true,
    rest: rest === true,
    ...(typeof defaultText === "string" && { defaultText }),
    ...(typeof type === "string" && { type }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
