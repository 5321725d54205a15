/**
 * What a name, an expression or a type stands for: the functions and the groups of functions
 * behind it, found by following declarations, imports and type references through the source.
 *
 *     export default new Cooler()     →  class Cooler, as an instance  →  its method addMan
 *     export = path;                  →  const path: path.PlatformPath  →  interface member join
 *     export { add } from "./b.ts"    →  function add in b.ts
 *
 * Several meanings of one name are overloads, merged interfaces, or a function that is also a
 * namespace. What cannot be told without running the code has no meaning here.
 *
 * @module
 */

import type * as Tree from "@babel/types";

import { asInstance, memberMeanings } from "./members.ts";
import type { SourceFiles } from "./source-files.ts";
import { memberName, nameOf } from "./syntax.ts";
import type { Binding, Block } from "./syntax.ts";

/** One thing that a name stands for. */
export type Meaning = NodeMeaning | BlockMeaning;

/** A function or a group of functions: class, interface, object. */
export interface NodeMeaning {
  readonly kind: "node";
  readonly node: Tree.Node;
  /** Where names in the node are looked up. */
  readonly block: Block;
  /** An object made by the class, not the class. */
  readonly instance: boolean;
  /** The JSDoc comment of the outermost declaration that led here, as written. */
  readonly doc: string | undefined;
  /** The function was declared by `withContext`: its first parameter is no argument of a caller. */
  readonly withContext?: boolean;
}

/** A module or a namespace. */
export interface BlockMeaning {
  readonly kind: "block";
  readonly block: Block;
}

/** How many steps are followed from one name; code that goes further has no meaning here. */
const MAX_DEPTH = 60;

/** Follows names through source files. */
export class Meanings {
  readonly #files: SourceFiles;
  /** Nodes on the way from the name asked for; a node among them would lead in a circle. */
  readonly #way = new Set<Tree.Node>();
  #depth = 0;

  constructor(files: SourceFiles) {
    this.#files = files;
  }

  /** What a whole module means for who requires it. */
  module(specifier: string, from: string): Meaning[] {
    return this.#files.find(specifier, from).flatMap((block) => this.whole(block));
  }

  /** What a block means: what it assigns to be its value, and what it exports by name. */
  whole(block: Block): Meaning[] {
    const assigned = block.assigned.flatMap((node) => this.expression(node, block));
    return [...assigned, { kind: "block", block }];
  }

  /** What `name` of all these means, `undefined` parts left out. */
  member(meanings: readonly Meaning[], name: string): Meaning[] {
    return this.#deeper(() =>
      meanings.flatMap((meaning) =>
        meaning.kind === "block"
          ? this.exported(meaning.block, name)
          : memberMeanings(this, meaning, name),
      ),
    );
  }

  /** What a block exports under a name. */
  exported(block: Block, name: string): Meaning[] {
    return this.#deeper(() => {
      const bindings = block.exports.get(name);
      if (bindings !== undefined) return bindings.flatMap((each) => this.#binding(each, block));
      // In declarations everything counts as exported.
      if (block.source.declarations && block.names.has(name)) return this.named(name, block);
      const assigned = block.assigned.flatMap((node) => this.expression(node, block));
      if (name === "default") return assigned;
      const starred = block.stars.flatMap((from) =>
        this.#files.find(from, block.source.path).flatMap((each) => this.exported(each, name)),
      );
      return starred.length > 0 ? starred : this.member(assigned, name);
    });
  }

  /** What a name means where it is used in a block. */
  named(name: string, block: Block): Meaning[] {
    return this.#deeper(() => {
      for (let scope: Block | undefined = block; scope !== undefined; scope = scope.parent) {
        const bindings = scope.names.get(name);
        const found = scope;
        if (bindings !== undefined) return bindings.flatMap((each) => this.#binding(each, found));
        const globals = scope.names.get("global")?.flatMap((each) => this.#binding(each, found));
        const global = globals === undefined ? [] : this.member(globals, name);
        if (global.length > 0) return global;
      }
      return [];
    });
  }

  /** Under which name this package exports what a name stands for, if it is imported from it. */
  ownExport(name: string, block: Block): string | undefined {
    for (let scope: Block | undefined = block; scope !== undefined; scope = scope.parent) {
      const [binding] = scope.names.get(name) ?? [];
      if (binding === undefined) continue;
      return binding.kind === "import" && OWN_PACKAGE.test(binding.from) ? binding.name : undefined;
    }
    return undefined;
  }

  /** What `a` or `a.b.c` means in type positions. */
  entity(node: Tree.TSEntityName, block: Block): Meaning[] {
    if (node.type === "Identifier") return this.named(node.name, block);
    return this.member(this.entity(node.left, block), node.right.name);
  }

  /** What an expression, a declaration or a type means. */
  expression(
    node: Tree.Node,
    block: Block,
    options: { readonly instance?: boolean; readonly doc?: string | undefined } = {},
  ): Meaning[] {
    const meaning: NodeMeaning = {
      kind: "node",
      node,
      block,
      instance: options.instance ?? false,
      doc: options.doc,
    };
    return this.#deeper(() => this.#follow(meaning));
  }

  #binding(binding: Binding, block: Block): Meaning[] {
    switch (binding.kind) {
      case "block":
        return [{ kind: "block", block: binding.block }];
      case "local":
        return this.named(binding.name, block);
      case "import": {
        const blocks = this.#files.find(binding.from, block.source.path);
        return blocks.flatMap((each) =>
          binding.name === "*" ? this.whole(each) : this.exported(each, binding.name),
        );
      }
      case "node":
        return this.expression(binding.node, block, { doc: binding.doc });
    }
  }

  /** Takes one step from a node towards what it stands for, and all further ones. */
  #follow(meaning: NodeMeaning): Meaning[] {
    const step = STEPS[meaning.node.type] as Step<Tree.Node> | undefined;
    if (step === undefined) return ENDS.has(meaning.node.type) ? [meaning] : [];
    if (this.#way.has(meaning.node)) return [];
    this.#way.add(meaning.node);
    try {
      return step(this, meaning.node, meaning);
    } finally {
      this.#way.delete(meaning.node);
    }
  }

  /** Ends circles of modules that export each other, and what is nested beyond reason. */
  #deeper(find: () => Meaning[]): Meaning[] {
    if (this.#depth >= MAX_DEPTH) return [];
    this.#depth++;
    try {
      return find();
    } finally {
      this.#depth--;
    }
  }
}

const OWN_PACKAGE = /^zerocall(?:\/|$)/;

/** Functions, and groups of them, at which following ends. */
const ENDS: ReadonlySet<string> = new Set<Tree.Node["type"]>([
  "ArrowFunctionExpression",
  "ClassDeclaration",
  "ClassExpression",
  "ClassMethod",
  "FunctionDeclaration",
  "FunctionExpression",
  "ObjectExpression",
  "ObjectMethod",
  "TSDeclareFunction",
  "TSDeclareMethod",
  "TSFunctionType",
  "TSInterfaceDeclaration",
  "TSMethodSignature",
  "TSTypeLiteral",
]);

type Step<N extends Tree.Node> = (meanings: Meanings, node: N, from: NodeMeaning) => Meaning[];
type Steps = { readonly [T in Tree.Node["type"]]?: Step<Extract<Tree.Node, { type: T }>> };

/** Follows `node` in the place of the node it was found in. */
function go(meanings: Meanings, node: Tree.Node | null | undefined, from: NodeMeaning): Meaning[] {
  if (!node) return [];
  return meanings.expression(node, from.block, { instance: from.instance, doc: from.doc });
}

/** The first of several nodes that means anything. */
function first(
  meanings: Meanings,
  nodes: readonly (Tree.Node | null | undefined)[],
  from: NodeMeaning,
): Meaning[] {
  for (const node of nodes) {
    const found = go(meanings, node, from);
    if (found.length > 0) return found;
  }
  return [];
}

/** Puts a comment found on the way in the place of the one at the end of it. */
function documented(found: readonly Meaning[], doc: string | undefined): Meaning[] {
  if (doc === undefined) return [...found];
  return found.map((meaning) => (meaning.kind === "node" ? { ...meaning, doc } : meaning));
}

const inner: Step<Tree.Node & { expression: Tree.Node }> = (meanings, node, from) =>
  go(meanings, node.expression, from);
const annotated: Step<Tree.Node & { typeAnnotation?: Tree.Node | null }> = (meanings, node, from) =>
  go(meanings, node.typeAnnotation, from);

const STEPS: Steps = {
  Identifier: (meanings, node, from) => {
    const found = documented(meanings.named(node.name, from.block), from.doc);
    return from.instance ? asInstance(found) : found;
  },
  MemberExpression: (meanings, node, from) => {
    const name = memberName(node);
    if (name === undefined) return [];
    return documented(
      meanings.member(go(meanings, node.object, { ...from, doc: undefined }), name),
      from.doc,
    );
  },
  NewExpression: (meanings, node, from) => asInstance(go(meanings, node.callee, from)),
  VariableDeclarator: (meanings, node, from) =>
    first(meanings, [node.init, "typeAnnotation" in node.id ? node.id.typeAnnotation : null], from),
  ClassProperty: (meanings, node, from) => first(meanings, [node.value, node.typeAnnotation], from),
  ObjectProperty: (meanings, node, from) => go(meanings, node.value, from),
  AwaitExpression: (meanings, node, from) => go(meanings, node.argument, from),
  AssignmentExpression: (meanings, node, from) => go(meanings, node.right, from),
  ConditionalExpression: (meanings, node, from) =>
    first(meanings, [node.consequent, node.alternate], from),
  LogicalExpression: (meanings, node, from) => first(meanings, [node.left, node.right], from),
  ParenthesizedExpression: inner,
  TSNonNullExpression: inner,
  TSInstantiationExpression: inner,
  TSSatisfiesExpression: inner,
  TSAsExpression: (meanings, node, from) =>
    first(meanings, [node.expression, node.typeAnnotation], from),
  CallExpression: (meanings, node, from) => called(meanings, node, from),
  TypeAlias: () => [],
  TSTypeAnnotation: annotated,
  TSTypeAliasDeclaration: annotated,
  TSParenthesizedType: annotated,
  TSOptionalType: annotated,
  TSTypeOperator: annotated,
  TSPropertySignature: annotated,
  TSIntersectionType: (meanings, node, from) =>
    node.types.flatMap((each) => go(meanings, each, from)),
  TSUnionType: (meanings, node, from) => first(meanings, node.types, from),
  TSTypeReference: (meanings, node, from) => {
    const found = meanings.entity(node.typeName, from.block);
    // `Readonly<Service>` and its like have the members of what they wrap.
    const wrapped = found.length > 0 ? undefined : node.typeParameters?.params[0];
    const result = wrapped === undefined ? found : go(meanings, wrapped, from);
    return asInstance(documented(result, from.doc));
  },
  TSTypeQuery: (meanings, node, from) =>
    node.exprName.type === "TSImportType"
      ? go(meanings, node.exprName, from)
      : documented(meanings.entity(node.exprName, from.block), from.doc),
  TSImportType: (meanings, node, from) => {
    const whole = meanings.module(node.argument.value, from.block.source.path);
    const found = node.qualifier ? qualified(meanings, whole, node.qualifier) : whole;
    return documented(found, from.doc);
  },
};

function qualified(meanings: Meanings, whole: Meaning[], node: Tree.TSEntityName): Meaning[] {
  if (node.type === "Identifier") return meanings.member(whole, node.name);
  return meanings.member(qualified(meanings, whole, node.left), node.right.name);
}

/** `require("x")`, `Object.freeze(value)`, `withContext(handler)`, and functions that say or show what they return. */
function called(meanings: Meanings, node: Tree.CallExpression, from: NodeMeaning): Meaning[] {
  const { callee } = node;
  const argument = node.arguments[0];
  if (
    callee.type === "Identifier" &&
    callee.name === "require" &&
    argument?.type === "StringLiteral"
  ) {
    return documented(meanings.module(argument.value, from.block.source.path), from.doc);
  }
  if (callee.type === "MemberExpression" && nameOf(callee.object) === "Object") {
    return memberName(callee) === "assign"
      ? node.arguments.flatMap((each) => go(meanings, each, from))
      : go(meanings, argument, from);
  }
  const own =
    callee.type === "Identifier" ? meanings.ownExport(callee.name, from.block) : undefined;
  if (own === "exposed") return go(meanings, argument, from);
  if (own === "withContext") return go(meanings, argument, from).map(takesContext);
  const makers = meanings.expression(callee, from.block);
  return makers.flatMap((maker) => (maker.kind === "node" ? returned(meanings, maker) : []));
}

function takesContext(meaning: Meaning): Meaning {
  return meaning.kind === "node" ? { ...meaning, withContext: true } : meaning;
}

/** What a function returns, by its declared type or by its only statement that matters. */
function returned(meanings: Meanings, maker: NodeMeaning): Meaning[] {
  const { node } = maker;
  const from = { ...maker, doc: undefined };
  if (node.type === "TSFunctionType") return go(meanings, node.typeAnnotation, from);
  const type = "returnType" in node ? go(meanings, node.returnType, from) : [];
  if (type.length > 0 || !("body" in node) || !node.body || Array.isArray(node.body)) return type;
  if (node.body.type !== "BlockStatement") return go(meanings, node.body, from);
  const last = node.body.body.findLast((statement) => statement.type === "ReturnStatement");
  return go(meanings, last?.argument, from);
}
