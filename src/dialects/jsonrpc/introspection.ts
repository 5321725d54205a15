/**
 * `rpc.discover`: the service as an OpenRPC document.
 *
 * Spec: OpenRPC 1.3.2, "OpenRPC Object", "Method Object", "Content Descriptor Object". What it has no
 * word for is in members that begin with `x-`, as its "Specification Extensions" have it.
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
import { isRecord } from "./envelope.ts";

/** The name of the method that answers with the document. */
export const DISCOVER = "rpc.discover";

/** A JSON Schema, of which only the simple parts are written. */
export type Schema = Readonly<Record<string, unknown>>;

/** A parameter or a result. */
export interface ContentDescriptor {
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
  /** The TypeScript type as text. */
  readonly "x-type"?: string | undefined;
  /** It takes all the arguments that are left. */
  readonly "x-rest"?: boolean | undefined;
  /** Source text of its default. */
  readonly "x-default"?: string | undefined;
}

/** One method. */
export interface OpenRpcMethod {
  readonly name: string;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly paramStructure: "either" | "by-position";
  readonly params: readonly ContentDescriptor[];
  readonly result: ContentDescriptor;
  /** It answers with a stream, which callers by JSON-RPC do not get. */
  readonly "x-streams"?: boolean | undefined;
}

/** The answer of `rpc.discover`. */
export interface OpenRpcDocument {
  readonly openrpc: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly methods: readonly OpenRpcMethod[];
}

/** The built-in methods over a service. They see every later change of it. */
export function builtinMethods(service: Catalogue): ReadonlyMap<string, Method> {
  const discover: Handler = () =>
    whenKnown(service.methods, (methods) => describe(service.name, methods));
  return new Map([[DISCOVER, makeMethod(DISCOVER, discover)]]);
}

function describe(service: string, methods: readonly Method[]): OpenRpcDocument {
  return {
    openrpc: "1.3.2",
    // A document has to have a version, which services do not.
    info: { title: service, version: "0" },
    methods: methods.map(({ name, description }) => describeMethod(name, description)),
  };
}

function describeMethod(name: string, description: MethodDescription): OpenRpcMethod {
  const { doc, parameters, returns, streams } = description;
  return {
    name,
    summary: doc?.split("\n", 1)[0],
    description: doc,
    paramStructure: parameters === undefined ? "by-position" : "either",
    params: (parameters ?? [ANYTHING]).map(describeParameter),
    result: { name: "result", schema: schemaOf(returns), "x-type": returns },
    "x-streams": streams,
  };
}

/** Stands for parameters that are not known. */
const ANYTHING: ParameterDescription = { name: "args", optional: true, rest: true };

function describeParameter(parameter: ParameterDescription): ContentDescriptor {
  const { name, optional, rest, type, defaultText } = parameter;
  const schema = schemaOf(type);
  return {
    name,
    required: !optional,
    schema: parameter.default === undefined ? schema : { ...schema, default: parameter.default },
    "x-type": type,
    "x-rest": rest || undefined,
    "x-default": defaultText,
  };
}

const SCHEMAS: Readonly<Record<string, Schema>> = {
  string: { type: "string" },
  number: { type: "number" },
  bigint: { type: "integer" },
  boolean: { type: "boolean" },
  null: { type: "null" },
  void: { type: "null" },
  undefined: { type: "null" },
  object: { type: "object" },
};

/** The schema of a TypeScript type: of the simple ones, of lists and promises of them; else any. */
function schemaOf(type: string | undefined): Schema {
  const text = type?.trim() ?? "";
  if (Object.hasOwn(SCHEMAS, text)) return SCHEMAS[text] ?? {};
  const list = /^(?:readonly\s+)?(.+)\[\]$/.exec(text)?.[1];
  if (list !== undefined) return { type: "array", items: schemaOf(unwrapped(list)) };
  const awaited = /^Promise<(.+)>$/.exec(text)?.[1];
  return awaited === undefined ? {} : schemaOf(awaited);
}

/** Without the parentheses around it. */
function unwrapped(type: string): string {
  return /^\((.*)\)$/.exec(type)?.[1] ?? type;
}

/** Reads an OpenRPC document of whatever peer. */
export function readDiscovered(answer: unknown): {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodDescription>>;
} {
  const { info, methods } = isRecord(answer) ? answer : {};
  // Without a prototype, a method of any name is a plain property.
  const read: Record<string, MethodDescription> = Object.create(null) as Record<string, never>;
  for (const method of listOf(methods)) {
    const { name } = method;
    if (typeof name === "string") read[name] = readMethod(method);
  }
  return { name: isRecord(info) ? String(info["title"]) : "", methods: read };
}

function readMethod(method: Readonly<Record<string, unknown>>): MethodDescription {
  const { summary, description, params, result } = method;
  const doc = description ?? summary;
  const parameters = listOf(params).map(readParameter);
  const known = parameters[0]?.rest !== true || method["paramStructure"] !== "by-position";
  return {
    ...(typeof doc === "string" && { doc }),
    ...(Array.isArray(params) && known && { parameters }),
    ...(isRecord(result) && returnsOf(result)),
    ...(method["x-streams"] === true && { streams: true }),
  };
}

function returnsOf(result: Readonly<Record<string, unknown>>): { readonly returns?: string } {
  const type = typeOf(result);
  return type === undefined ? {} : { returns: type };
}

function readParameter(parameter: Readonly<Record<string, unknown>>): ParameterDescription {
  const { name, required, schema } = parameter;
  const type = typeOf(parameter);
  const value = isRecord(schema) ? schema["default"] : undefined;
  const text = parameter["x-default"] ?? (value === undefined ? undefined : JSON.stringify(value));
  return {
    name: String(name),
    optional: required !== true,
    rest: parameter["x-rest"] === true,
    ...(type !== undefined && { type }),
    ...(value !== undefined && { default: value }),
    ...(typeof text === "string" && { defaultText: text }),
  };
}

/** What is told of a type: our own text, or the name in a schema. */
function typeOf(descriptor: Readonly<Record<string, unknown>>): string | undefined {
  const { schema } = descriptor;
  const type = descriptor["x-type"] ?? (isRecord(schema) ? schema["type"] : undefined);
  return typeof type === "string" ? type : undefined;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
