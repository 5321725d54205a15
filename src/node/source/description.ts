/**
 * From the source of a function to its description: parameters, types, defaults, documentation.
 *
 * Overloads become one description: the parameters of the longest, optional where a shorter one
 * does without them, with all types that are said of them.
 *
 * Parameters are told only where the source means to tell them: in TypeScript, in declarations,
 * and in JavaScript with `@param` tags. Those of other JavaScript are left to the text of the
 * function, which cannot say what may be left out.
 *
 * @module
 */

import type * as Tree from "@babel/types";

import type { MethodDescription, ParameterDescription } from "../../rpc/method.ts";
import { readDocumentation } from "./documentation.ts";
import type { Documentation } from "./documentation.ts";
import type { Meaning, NodeMeaning } from "./meaning.ts";
import type { SourceText } from "./syntax.ts";

/** The nodes that are functions: those with a body, and those of types. */
type FunctionNode = Tree.Function | Tree.TSDeclareFunction | Tree.TSDeclareMethod | TypeNode;
type TypeNode = Tree.TSMethodSignature | Tree.TSFunctionType | Tree.TSCallSignatureDeclaration;

const FUNCTIONS: ReadonlySet<string> = new Set<FunctionNode["type"]>([
  "ArrowFunctionExpression",
  "ClassMethod",
  "FunctionDeclaration",
  "FunctionExpression",
  "ObjectMethod",
  "TSDeclareFunction",
  "TSDeclareMethod",
  "TSFunctionType",
  "TSMethodSignature",
]);

/** More different types than this say less than none. */
const MAX_JOINED_TYPES = 6;

/** A type longer than this is left out of signatures. */
const MAX_TYPE_LENGTH = 300;

interface Signature {
  readonly parameters: readonly ParameterDescription[] | undefined;
  readonly returns: string | undefined;
  readonly streams: boolean;
  readonly doc: string;
}

/** Describes the function that `meanings` are overloads of; `undefined` when there is none. */
export function describeFunction(meanings: readonly Meaning[]): MethodDescription | undefined {
  // A module that is assigned a value leads to the value in two ways.
  const functions = [...new Map(meanings.flatMap(functionsOf))];
  // Where overloads are declared, the implementation is not for callers.
  const declared = functions.filter(([node]) => !("body" in node && node.body));
  const signatures = (declared.length > 0 ? declared : functions).map(readSignature);
  if (signatures.length === 0) return undefined;

  const doc = signatures.find((signature) => signature.doc !== "")?.doc;
  const parameters = mergeParameters(signatures);
  const returns = joinTypes(signatures.map((signature) => signature.returns));
  const streams = signatures.some((signature) => signature.streams);
  return {
    ...(doc === undefined ? {} : { doc }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(returns === undefined ? {} : { returns }),
    ...(streams ? { streams } : {}),
  };
}

function functionsOf(meaning: Meaning): [FunctionNode, NodeMeaning][] {
  if (meaning.kind === "block") return [];
  const { node } = meaning;
  if (node.type === "TSInterfaceDeclaration") return callSignatures(node.body.body, meaning);
  if (node.type === "TSTypeLiteral") return callSignatures(node.members, meaning);
  return isFunction(node) ? [[node, meaning]] : [];
}

function isFunction(node: Tree.Node): node is FunctionNode {
  return FUNCTIONS.has(node.type);
}

/** `(a: number): string` inside of an interface makes its values functions. */
function callSignatures(
  members: readonly Tree.TSTypeElement[],
  meaning: NodeMeaning,
): [FunctionNode, NodeMeaning][] {
  return members
    .filter((member) => member.type === "TSCallSignatureDeclaration")
    .map((member) => [member, meaning]);
}

function readSignature([node, meaning]: [FunctionNode, NodeMeaning]): Signature {
  const { source } = meaning.block;
  const documentation = meaning.doc === undefined ? undefined : readDocumentation(meaning.doc);
  const returns = returnTypeOf(node, source) ?? documentation?.returns;
  return {
    parameters: readParameters([node, meaning], documentation),
    returns,
    streams:
      ("generator" in node && node.generator) ||
      documentation?.yields === true ||
      /^(?:Promise<\s*)?(?:NodeJS\.)?(?:Async)?(?:Generator|IterableIterator|AsyncIterable|AsyncIterator)\b/.test(
        returns ?? "",
      ),
    doc: documentation?.text ?? "",
  };
}

function returnTypeOf(node: FunctionNode, source: SourceText): string | undefined {
  if ("returnType" in node) return typeText(node.returnType, source);
  if ("typeAnnotation" in node) return typeText(node.typeAnnotation, source);
  return undefined;
}

function readParameters(
  [node, meaning]: [FunctionNode, NodeMeaning],
  documentation: Documentation | undefined,
): ParameterDescription[] | undefined {
  const { source } = meaning.block;
  const nodes: readonly Tree.Node[] = "params" in node ? node.params : node.parameters;
  const documented = documentation?.parameters;
  const typescript = /\.[cm]?tsx?$/.test(source.path);
  if (!typescript && (documented === undefined || documented.size === 0)) return undefined;
  // TypeScript's `this` parameter is no parameter.
  const own = nodes.filter((each) => !(each.type === "Identifier" && each.name === "this"));
  const names = [...(documented?.keys() ?? [])];
  if (meaning.withContext === true) own.shift();
  return own.map((each, index) => {
    const read = readParameter(each, source);
    // A destructured parameter has no name of its own, but its tag has one.
    const name = read.name ?? names[index] ?? `arg${index + 1}`;
    return withTag({ ...read, name }, documented?.get(name));
  });
}

type ReadParameter = Omit<ParameterDescription, "name"> & { readonly name: string | undefined };

function readParameter(node: Tree.Node, source: SourceText): ReadParameter {
  switch (node.type) {
    case "TSParameterProperty":
      return readParameter(node.parameter, source);
    case "AssignmentPattern": {
      const defaultText = textOf(node.right, source);
      const value = literalOf(node.right);
      return {
        ...readParameter(node.left, source),
        optional: true,
        defaultText,
        ...(value === undefined ? {} : { default: value }),
      };
    }
    case "RestElement":
      return {
        ...readParameter(node.argument, source),
        ...typed(typeText(node.typeAnnotation, source)),
        optional: true,
        rest: true,
      };
    case "Identifier":
      return {
        name: node.name,
        optional: node.optional === true,
        rest: false,
        ...typed(typeText(node.typeAnnotation, source)),
      };
    default:
      return {
        name: undefined,
        optional: "optional" in node && node.optional === true,
        rest: false,
        ...typed("typeAnnotation" in node ? typeText(node.typeAnnotation, source) : undefined),
      };
  }
}

function typed(type: string | undefined): { type?: string } {
  return type === undefined ? {} : { type };
}

/** Adds what a `@param` tag says and the source does not. */
function withTag(
  parameter: ParameterDescription,
  tag: { type?: string; optional: boolean; defaultText?: string } | undefined,
): ParameterDescription {
  if (tag === undefined) return parameter;
  return {
    ...parameter,
    ...typed(parameter.type ?? tag.type),
    optional: parameter.optional || tag.optional,
    ...(parameter.defaultText === undefined && tag.defaultText !== undefined
      ? { defaultText: tag.defaultText }
      : {}),
  };
}

/** The value of a literal; `undefined` for everything that would have to be computed. */
function literalOf(node: Tree.Node): string | number | boolean | null | undefined {
  switch (node.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
      return node.value;
    case "NullLiteral":
      return null;
    case "UnaryExpression":
      return node.operator === "-" && node.argument.type === "NumericLiteral"
        ? -node.argument.value
        : undefined;
    case "TemplateLiteral":
      return node.expressions.length === 0 ? node.quasis[0]?.value.cooked : undefined;
    default:
      return undefined;
  }
}

function textOf(node: Tree.Node, source: SourceText): string {
  return source.text.slice(node.start ?? 0, node.end ?? 0);
}

function typeText(node: Tree.Node | null | undefined, source: SourceText): string | undefined {
  if (node?.type !== "TSTypeAnnotation") return undefined;
  const text = textOf(node.typeAnnotation, source)
    .replaceAll(/\/\*.*?\*\/|(?<=\s)\/\/[^\n]*/gs, " ")
    .replaceAll(/\s+/g, " ")
    // A union over several lines starts with its operator.
    .replaceAll(/(^|[(<]) ?[|&] /g, "$1");
  return text.length > MAX_TYPE_LENGTH ? undefined : text;
}

function mergeParameters(
  signatures: readonly Signature[],
): readonly ParameterDescription[] | undefined {
  const lists = signatures
    .map((signature) => signature.parameters)
    .filter((list) => list !== undefined);
  if (lists.length < signatures.length) return undefined;
  const [head, ...others] = lists;
  if (head === undefined) return undefined;
  if (others.length === 0) return head;
  const longest = lists.reduce((best, list) => (list.length > best.length ? list : best));
  return longest.map((parameter, index) => {
    const same = lists.map((list) => list[index]).filter((each) => each !== undefined);
    const { type: _, ...rest } = parameter;
    return {
      ...rest,
      optional: same.length < lists.length || same.some((each) => each.optional),
      ...typed(joinTypes(same.map((each) => each.type))),
    };
  });
}

/** `string | number` of several types; `undefined` when one is unknown or they are too many. */
function joinTypes(types: readonly (string | undefined)[]): string | undefined {
  const known = types.filter((type) => type !== undefined);
  if (known.length < types.length) return undefined;
  const [head, ...others] = new Set(known);
  if (others.length === 0) return head;
  const different = [...new Set(known.flatMap(alternatives))];
  if (different.length > MAX_JOINED_TYPES) return undefined;
  return different.map((type) => (type.includes("=>") ? `(${type})` : type)).join(" | ");
}

/** The members of a union, those of nested ones left whole. */
function alternatives(type: string): string[] {
  // A function type takes all that follows its arrow.
  if (type.includes("=>")) return [type];
  const parts = [""];
  let depth = 0;
  for (const character of type) {
    if ("([{<".includes(character)) depth++;
    if (")]}>".includes(character)) depth--;
    if (character === "|" && depth === 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${character}`);
  }
  return parts.map((part) => part.trim());
}
