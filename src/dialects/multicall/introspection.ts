/**
 * What a server of ours tells about itself over multicall, which has no such thing: a function whose
 * name nobody can register, because it begins with an underscore.
 *
 * Spec: docs/protocols/multicall.md, "Clients".
 *
 * @module
 */

import type { Introspection } from "../../rpc/dialect.ts";
import {
  makeMethod,
  type Method,
  type MethodDescription,
  type ParameterDescription,
} from "../../rpc/method.ts";
import type { Registry } from "../../rpc/registry.ts";
import { isRecord } from "./call-entry.ts";

const INSPECT = "_inspect";

/** The functions that every server of ours has. They see every later change of the registry. */
export function builtinMethods(registry: Registry): ReadonlyMap<string, Method> {
  const inspect = (): unknown => ({
    name: registry.name,
    methods: registry.methods.map(({ name, description }) => ({ name, ...wireOf(description) })),
  });
  return new Map([[INSPECT, makeMethod(INSPECT, inspect)]]);
}

/** A description without what the wire could not carry: a default may be any value. */
function wireOf({ doc, parameters, returns }: MethodDescription): Record<string, unknown> {
  return {
    doc,
    parameters: parameters?.map(({ name, optional, rest, defaultText, type }) => ({
      name,
      optional,
      rest,
      defaultText,
      type,
    })),
    returns,
  };
}

/** How a client asks. A server of the original has no such function, and says so. */
export const introspection: Introspection = {
  method: INSPECT,
  read: (value) => {
    const { name, methods } = isRecord(value) ? value : {};
    const read: Record<string, MethodDescription> = Object.create(null) as Record<string, never>;
    for (const method of recordsOf(methods)) read[String(method["name"])] = readMethod(method);
    return { name: String(name), methods: read };
  },
};

function readMethod({ doc, parameters, returns }: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof doc === "string" && { doc }),
    ...(typeof returns === "string" && { returns }),
    ...(Array.isArray(parameters) && { parameters: recordsOf(parameters).map(readParameter) }),
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

function recordsOf(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? (list as readonly unknown[]).filter(isRecord) : [];
}
