/**
 * Counts how often each branch of the compiled library runs: a copy of `dist` in which every block
 * and every branch of an expression first adds one to a counter of its own.
 *
 * The counters stand in `globalThis.coverage`; lines stay where they are, so stack traces fit the
 * library that is published.
 *
 * @module
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "@babel/parser";
import { traverseFast, type Node } from "@babel/types";

/** The library with counters. */
export interface Instrumented {
  /** How many counters are used. */
  readonly blocks: number;
  /** For each file, by its path in the folder, the texts that it compares with. */
  readonly literals: Readonly<Record<string, readonly string[]>>;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Of two at the same place, the one with the lower number comes first. */
  readonly order: number;
}

/** What closes comes in front of what opens, and of two that close the one that opened last. */
const INNER_FIRST = -1e9;

/** Writes a copy of the JavaScript in `from` to `to`. */
export function instrumentFolder(from: string, to: string): Instrumented {
  let blocks = 0;
  const literals: Record<string, readonly string[]> = {};
  const files = readdirSync(from, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .toSorted();
  for (const file of files) {
    const made = instrument(readFileSync(join(from, file), "utf8"), blocks);
    blocks += made.blocks;
    literals[file.replaceAll("\\", "/")] = made.literals;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), made.code);
  }
  return { blocks, literals };
}

/** Adds counters to a module, the first with the number `first`. */
function instrument(
  code: string,
  first: number,
): { code: string; blocks: number; literals: string[] } {
  const insertions: Insertion[] = [];
  const literals = new Set<string>();
  let blocks = 0;
  const count = (): string => `$f[${first + blocks++}]++`;
  const program = parse(code, { sourceType: "module" }).program;
  const wrap = (node: Node | null | undefined, open: string, close: string): void => {
    if (node?.start == null || node.end == null) return;
    insertions.push({ at: node.start, text: open, order: node.start - node.end });
    insertions.push({ at: node.end, text: close, order: INNER_FIRST - node.start });
  };
  traverseFast(program, (node) => {
    if (node.type === "StringLiteral" && node.value.length > 1 && node.value.length <= 24) {
      literals.add(node.value);
    }
    for (const { part, kind } of branchesOf(node)) {
      if (kind === "expression") wrap(part, `(${count()},`, ")");
      else if (part.type === "BlockStatement") {
        insertions.push({ at: (part.start ?? 0) + 1, text: `${count()};`, order: -Infinity });
      } else wrap(part, `{${count()};`, "}");
    }
    if (node.type === "SwitchCase") {
      const at = node.consequent[0]?.start;
      if (at != null) insertions.push({ at, text: `${count()};`, order: -Infinity });
    }
  });
  insertions.sort((a, b) => a.at - b.at || a.order - b.order);
  let made = "const $f = globalThis.coverage;";
  let at = 0;
  for (const { at: next, text } of insertions) {
    made += code.slice(at, next) + text;
    at = next;
  }
  return { code: made + code.slice(at), blocks, literals: [...literals] };
}

interface Branch {
  readonly part: Node;
  readonly kind: "statement" | "expression";
}

/** The parts of a node that run or do not. */
function branchesOf(node: Node): readonly Branch[] {
  switch (node.type) {
    case "IfStatement":
      return statements(node.consequent, node.alternate);
    case "ForStatement":
    case "ForOfStatement":
    case "ForInStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      return statements(node.body);
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod":
      return statements(node.body);
    case "ArrowFunctionExpression":
      return node.body.type === "BlockStatement" ? statements(node.body) : expressions(node.body);
    case "CatchClause":
      return statements(node.body);
    case "ConditionalExpression":
      return expressions(node.consequent, node.alternate);
    case "LogicalExpression":
    case "AssignmentPattern":
      return expressions(node.right);
    default:
      return [];
  }
}

function statements(...parts: readonly (Node | null | undefined)[]): readonly Branch[] {
  return parts.filter((part) => part != null).map((part) => ({ part, kind: "statement" }));
}

function expressions(...parts: readonly Node[]): readonly Branch[] {
  return parts.map((part) => ({ part, kind: "expression" }));
}
