/**
 * One source file as blocks of named declarations.
 *
 * A block is what has names of its own: a file, a `namespace`, a `declare module "x"`.
 *
 *     file      export function add(…)   names: add    exports: add
 *       └ declare module "path" { … }    names: …      assigned: `export = path`
 *           └ namespace path { … }
 *
 * ECMAScript and CommonJS exports are both read. Nothing is followed from here: imports are
 * kept as the specifiers they are.
 *
 * @module
 */

import { parse } from "@babel/parser";
import type { ParserPlugin } from "@babel/parser";
import type * as Tree from "@babel/types";

/** What a name in a block stands for. */
export type Binding =
  /** Declared here. `doc` is the JSDoc comment in front, as written. */
  | { readonly kind: "node"; readonly node: Tree.Node; readonly doc: string | undefined }
  /** Another name of the same block. */
  | { readonly kind: "local"; readonly name: string }
  /** A namespace declared inside of the block. */
  | { readonly kind: "block"; readonly block: Block }
  /** `name` of another module; `*` is the module itself. */
  | { readonly kind: "import"; readonly from: string; readonly name: string };

/** The text that positions of nodes refer to. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  /** A `.d.ts` file: every name of its blocks counts as exported. */
  readonly declarations: boolean;
}

/** A scope: a file, a namespace or an ambient module. */
export interface Block {
  readonly source: SourceText;
  readonly parent: Block | undefined;
  readonly names: Map<string, Binding[]>;
  readonly exports: Map<string, Binding[]>;
  /** Specifiers of `export * from`. */
  readonly stars: string[];
  /** What `export =` or `module.exports =` makes the whole module. */
  readonly assigned: Tree.Node[];
}

/** A parsed file. */
export interface SourceFile {
  readonly block: Block;
  /** `declare module "specifier"` inside of the file. */
  readonly ambient: Map<string, Block[]>;
}

/**
 * Parses `text`.
 *
 * @returns `undefined` when the text is broken beyond what the parser can step over
 */
export function readSyntax(path: string, text: string): SourceFile | undefined {
  const source = { path, text, declarations: /\.d\.[mc]?ts$/.test(path) };
  let body: readonly Tree.Statement[];
  try {
    body = parse(text, {
      sourceType: /\.(mjs|[mc]?tsx?)$/.test(path) ? "module" : "unambiguous",
      allowReturnOutsideFunction: true,
      errorRecovery: true,
      plugins: pluginsFor(source),
    }).program.body;
  } catch {
    return undefined;
  }
  const file: SourceFile = { block: emptyBlock(source, undefined), ambient: new Map() };
  collect({ file, block: file.block }, body);
  return file;
}

function pluginsFor({ path, declarations }: SourceText): ParserPlugin[] {
  const plugins: ParserPlugin[] = ["decorators-legacy", "explicitResourceManagement"];
  if (/\.[mc]?tsx?$/.test(path)) plugins.push(["typescript", { dts: declarations }]);
  if (/\.(tsx|jsx|[mc]?js)$/.test(path)) plugins.push("jsx");
  return plugins;
}

function emptyBlock(source: SourceText, parent: Block | undefined): Block {
  return { source, parent, names: new Map(), exports: new Map(), stars: [], assigned: [] };
}

interface Place {
  readonly file: SourceFile;
  readonly block: Block;
}

function collect(place: Place, statements: readonly Tree.Statement[]): void {
  for (const statement of statements) {
    const doc = documentationOf(statement);
    collectImport(place.block, statement);
    collectExport(place, statement, doc);
    collectAssignment(place.block, statement, doc);
    for (const [name, binding] of declared(place, statement, doc)) {
      add(place.block.names, name, binding);
    }
  }
}

/** The JSDoc comment right in front of a node; that of the file itself is not the node's. */
export function documentationOf(node: Tree.Node): string | undefined {
  const comment = node.leadingComments?.findLast(
    ({ type, value }) => type === "CommentBlock" && value.startsWith("*"),
  );
  if (
    comment === undefined ||
    /@(module|file|fileoverview|packageDocumentation)\b/.test(comment.value)
  ) {
    return undefined;
  }
  return `/*${comment.value}*/`;
}

function add(table: Map<string, Binding[]>, name: string, binding: Binding): void {
  const bindings = table.get(name);
  if (bindings === undefined) table.set(name, [binding]);
  else bindings.push(binding);
}

/** The names that a statement declares, which an `export` in front does not change. */
function declared(
  place: Place,
  statement: Tree.Node,
  doc: string | undefined,
): [string, Binding][] {
  switch (statement.type) {
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      return statement.declaration ? declared(place, statement.declaration, doc) : [];
    case "VariableDeclaration":
      return statement.declarations.flatMap((node) =>
        node.id.type === "Identifier"
          ? [[node.id.name, { kind: "node", node, doc: documentationOf(node) ?? doc }]]
          : [],
      );
    case "TSModuleDeclaration":
      return declaredBlock(place, statement);
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return statement.id ? [[statement.id.name, { kind: "node", node: statement, doc }]] : [];
    default:
      return [];
  }
}

function declaredBlock(place: Place, node: Tree.TSModuleDeclaration): [string, Binding][] {
  const block = emptyBlock(place.block.source, place.block);
  // `namespace a.b {}` is a namespace in a namespace.
  if (node.body.type === "TSModuleDeclaration") {
    for (const [name, binding] of declaredBlock({ file: place.file, block }, node.body)) {
      add(block.names, name, binding);
      add(block.exports, name, binding);
    }
  } else {
    collect({ file: place.file, block }, node.body.body);
  }
  if (node.id.type === "Identifier") return [[node.id.name, { kind: "block", block }]];
  const blocks = place.file.ambient.get(node.id.value) ?? [];
  place.file.ambient.set(node.id.value, [...blocks, block]);
  return [];
}

function collectImport(block: Block, statement: Tree.Statement): void {
  if (statement.type === "ImportDeclaration") {
    const from = statement.source.value;
    for (const specifier of statement.specifiers) {
      let name = "default";
      if (specifier.type === "ImportNamespaceSpecifier") name = "*";
      if (specifier.type === "ImportSpecifier") name = nameOf(specifier.imported) ?? "default";
      add(block.names, specifier.local.name, { kind: "import", from, name });
    }
  }
  if (
    statement.type === "TSImportEqualsDeclaration" &&
    statement.moduleReference.type === "TSExternalModuleReference"
  ) {
    const from = statement.moduleReference.expression.value;
    add(block.names, statement.id.name, { kind: "import", from, name: "*" });
  }
}

function collectExport(place: Place, statement: Tree.Statement, doc: string | undefined): void {
  const { block } = place;
  switch (statement.type) {
    case "ExportAllDeclaration":
      block.stars.push(statement.source.value);
      return;
    case "TSExportAssignment":
      block.assigned.push(statement.expression);
      return;
    case "ExportDefaultDeclaration":
      add(block.exports, "default", { kind: "node", node: statement.declaration, doc });
      return;
    case "ExportNamedDeclaration":
      for (const specifier of statement.specifiers) {
        collectSpecifier(block, specifier, statement.source?.value);
      }
      if (statement.declaration) {
        for (const [name] of declared(place, statement.declaration, doc)) {
          add(block.exports, name, { kind: "local", name });
        }
      }
      return;
    default:
  }
}

function collectSpecifier(
  block: Block,
  specifier: Tree.ExportNamedDeclaration["specifiers"][number],
  from: string | undefined,
): void {
  const exported = nameOf(specifier.exported);
  if (exported === undefined) return;
  if (from === undefined) {
    const name = specifier.type === "ExportSpecifier" ? specifier.local.name : exported;
    add(block.exports, exported, { kind: "local", name });
    return;
  }
  let name = "*";
  if (specifier.type === "ExportSpecifier") name = nameOf(specifier.local) ?? exported;
  if (specifier.type === "ExportDefaultSpecifier") name = "default";
  add(block.exports, exported, { kind: "import", from, name });
}

/** `module.exports = …`, `exports.name = …` and `module.exports.name = …`. */
function collectAssignment(block: Block, statement: Tree.Statement, doc: string | undefined): void {
  if (statement.type !== "ExpressionStatement") return;
  let { expression } = statement;
  // `exports.a = exports.b = value` names the value twice.
  while (expression.type === "AssignmentExpression") {
    const { left, right } = expression;
    if (isModuleExports(left)) block.assigned.push(right);
    else if (left.type === "MemberExpression" && isExports(left.object)) {
      const name = memberName(left);
      if (name !== undefined) add(block.exports, name, { kind: "node", node: right, doc });
    }
    expression = right;
  }
}

function isExports(node: Tree.Node): boolean {
  return (node.type === "Identifier" && node.name === "exports") || isModuleExports(node);
}

function isModuleExports(node: Tree.Node): boolean {
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "module" &&
    memberName(node) === "exports"
  );
}

/** `b` of `a.b` and `a["b"]`; `undefined` when it is computed. */
export function memberName(node: Tree.MemberExpression): string | undefined {
  if (node.computed)
    return node.property.type === "StringLiteral" ? node.property.value : undefined;
  return nameOf(node.property);
}

/** The name that an identifier or a literal spells. */
export function nameOf(node: Tree.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "NumericLiteral") return String(node.value);
  return undefined;
}
