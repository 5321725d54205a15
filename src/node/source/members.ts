/**
 * The members of classes, interfaces and objects as they stand in source, inherited ones
 * included.
 *
 * @module
 */

import type * as Tree from "@babel/types";

import type { Meaning, Meanings, NodeMeaning } from "./meaning.ts";
import { documentationOf, memberName, nameOf } from "./syntax.ts";

type Parent = NonNullable<Tree.TSInterfaceDeclaration["extends"]>[number];

/** Turns classes into objects of them, for types and `new` that refer to a class. */
export function asInstance(found: readonly Meaning[]): Meaning[] {
  return found.map((meaning) =>
    meaning.kind === "node" ? { ...meaning, instance: true } : meaning,
  );
}

/** What `name` means as a member of what `meaning` stands for; nothing when it has none. */
export function memberMeanings(meanings: Meanings, meaning: NodeMeaning, name: string): Meaning[] {
  const { node } = meaning;
  switch (node.type) {
    case "ObjectExpression":
      return ofObject(meanings, meaning, node, name);
    case "ClassDeclaration":
    case "ClassExpression":
      return ofClass(meanings, meaning, node, name);
    case "TSInterfaceDeclaration": {
      const own = matching(meanings, meaning, node.body.body, name);
      if (own.length > 0) return own;
      return (node.extends ?? []).flatMap((parent) => inherited(meanings, meaning, parent, name));
    }
    case "TSTypeLiteral":
      return matching(meanings, meaning, node.members, name);
    default:
      return [];
  }
}

function ofObject(
  meanings: Meanings,
  meaning: NodeMeaning,
  node: Tree.ObjectExpression,
  name: string,
): Meaning[] {
  // The last one wins, as it does when the code runs.
  for (const property of node.properties.toReversed()) {
    if (property.type === "SpreadElement") {
      const spread = meanings.expression(property.argument, meaning.block);
      const found = meanings.member(spread, name);
      if (found.length > 0) return found;
    } else if (keyOf(property) === name) {
      return matching(meanings, meaning, [property], name);
    }
  }
  return [];
}

function ofClass(
  meanings: Meanings,
  meaning: NodeMeaning,
  node: Tree.Class,
  name: string,
): Meaning[] {
  const members = node.body.body.filter(
    (member) => ("static" in member && member.static === true) !== meaning.instance,
  );
  const own = matching(meanings, meaning, members, name);
  if (own.length > 0) return own;
  const assigned = meaning.instance ? assignedInConstructor(node, name) : undefined;
  if (assigned !== undefined) {
    return meanings.expression(assigned.value, meaning.block, { doc: assigned.doc });
  }
  if (!node.superClass) return [];
  const parents = meanings.expression(node.superClass, meaning.block, {
    instance: meaning.instance,
  });
  return meanings.member(parents, name);
}

/** `this.name = …` among the statements of the constructor. */
function assignedInConstructor(
  node: Tree.Class,
  name: string,
): { value: Tree.Node; doc: string | undefined } | undefined {
  const constructor = node.body.body.find(
    (member) => member.type === "ClassMethod" && member.kind === "constructor",
  );
  if (constructor?.type !== "ClassMethod") return undefined;
  for (const statement of constructor.body.body) {
    if (statement.type !== "ExpressionStatement") continue;
    const { expression } = statement;
    if (expression.type !== "AssignmentExpression") continue;
    const { left, right } = expression;
    if (left.type !== "MemberExpression" || left.object.type !== "ThisExpression") continue;
    if (memberName(left) === name) return { value: right, doc: documentationOf(statement) };
  }
  return undefined;
}

/** The same member of an interface that this one extends. */
function inherited(
  meanings: Meanings,
  meaning: NodeMeaning,
  parent: Parent,
  name: string,
): Meaning[] {
  if (parent.type !== "TSExpressionWithTypeArguments") return [];
  const found = meanings.entity(parent.expression, meaning.block);
  return meanings.member(asInstance(found), name);
}

/** The members with that name: one, or the overloads of a method. */
function matching(
  meanings: Meanings,
  meaning: NodeMeaning,
  members: readonly Tree.Node[],
  name: string,
): Meaning[] {
  return members
    .filter((member) => keyOf(member) === name)
    .flatMap((member) =>
      meanings.expression(member, meaning.block, { doc: documentationOf(member) }),
    );
}

function keyOf(member: Tree.Node): string | undefined {
  if (!("key" in member) || member.key === null || typeof member.key !== "object") return undefined;
  if ("kind" in member && (member.kind === "set" || member.kind === "constructor"))
    return undefined;
  if ("computed" in member && member.computed && member.key.type !== "StringLiteral") {
    return undefined;
  }
  return nameOf(member.key);
}
