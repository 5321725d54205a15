/**
 * JSDoc comments as text for people and as facts about parameters.
 *
 *     Description, as written.
 *
 *     sentence: what to end          from  @param sentence - what to end
 *     returns: the ended sentence    from  @returns the ended sentence
 *     throws RangeError: too long    from  @throws {RangeError} too long
 *
 * Knows nothing of syntax trees.
 *
 * @module
 */

import { parse } from "comment-parser";
import type { Spec } from "comment-parser";

/** What a JSDoc comment says of one parameter. */
export interface DocumentedParameter {
  readonly type?: string;
  /** Written in brackets: `[name]`. */
  readonly optional: boolean;
  /** The text after `=` in `[name=text]`. */
  readonly defaultText?: string;
}

/** What a JSDoc comment says of a function. */
export interface Documentation {
  /** The description and the tags, cleaned; empty when there is neither. */
  readonly text: string;
  /** In the order of the comment; properties of parameters (`options.depth`) are left out. */
  readonly parameters: ReadonlyMap<string, DocumentedParameter>;
  /** The type given by `@returns`. */
  readonly returns?: string;
  /** Has a `@yields` tag. */
  readonly yields: boolean;
}

/** Tags that speak to tools, not to readers. */
const SILENT = new Set([
  ..."async class constructor export exports file function generator ignore inheritdoc".split(" "),
  ..."internal kind memberof method module name namespace override private protected".split(" "),
  ..."public readonly static template this type typedef".split(" "),
]);

const PARAMETER_TAGS = new Set(["param", "arg", "argument"]);
const RETURN_TAGS = new Set(["returns", "return"]);
const YIELD_TAGS = new Set(["yields", "yield"]);

/**
 * Reads a comment as it stands in the source, with its delimiters.
 *
 * @returns `undefined` when it is no JSDoc comment
 */
export function readDocumentation(comment: string): Documentation | undefined {
  const block = parse(comment, { spacing: "preserve" })[0];
  if (block === undefined) return undefined;

  const parameters = new Map<string, DocumentedParameter>();
  let returns: string | undefined;
  let yields = false;
  const lines: string[] = [];
  for (const tag of block.tags) {
    if (PARAMETER_TAGS.has(tag.tag)) addParameter(parameters, tag);
    if (RETURN_TAGS.has(tag.tag) && tag.type !== "") returns = tag.type;
    yields ||= YIELD_TAGS.has(tag.tag);
    const line = readableTag(tag);
    if (line !== undefined) lines.push(line);
  }
  const text = [readable(block.description), lines.join("\n")].filter((part) => part !== "");
  return {
    text: text.join("\n\n"),
    parameters,
    ...(returns === undefined ? {} : { returns }),
    yields,
  };
}

function addParameter(parameters: Map<string, DocumentedParameter>, tag: Spec): void {
  if (tag.name === "" || tag.name.includes(".") || tag.name.includes("[")) return;
  parameters.set(tag.name, {
    // `{string=}` is the older way to write `[name]`, `{...string}` marks a rest parameter.
    ...(tag.type === "" ? {} : { type: tag.type.replaceAll(/^\.{3}|=$/g, "") }),
    optional: tag.optional || tag.type.endsWith("="),
    ...(tag.default === undefined ? {} : { defaultText: tag.default }),
  });
}

function readableTag(tag: Spec): string | undefined {
  const name = tag.tag.toLowerCase();
  if (SILENT.has(name)) return undefined;
  if (PARAMETER_TAGS.has(name)) return labelled(tag.name, plain(tag.description), "needed");
  const text = plain(wholeText(tag));
  if (name === "example") return text === "" ? undefined : `example:\n${indented(text)}`;
  if (name === "throws" || name === "exception") {
    return labelled(tag.type === "" ? "throws" : `throws ${tag.type}`, text);
  }
  if (RETURN_TAGS.has(name)) return labelled("returns", text, "needed");
  if (YIELD_TAGS.has(name)) return labelled("yields", text, "needed");
  return labelled(tag.tag, text);
}

/** Readable text without the dash that sets it off from what it describes. */
function plain(text: string): string {
  return readable(text).replace(/^-\s*/, "");
}

/** The text after the tag and its type; the parser cuts the first word off as a name. */
function wholeText(tag: Spec): string {
  return tag.source
    .map(({ tokens }) => tokens.name + tokens.postName + tokens.description)
    .join("\n");
}

function labelled(label: string, text: string, needed?: "needed"): string | undefined {
  if (text === "") return needed === undefined ? label : undefined;
  return `${label}: ${text.replaceAll(/\n\s*/g, "\n  ")}`;
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
}

const INLINE_LINK = /\{@link(?:code|plain)?\s+([^\s}|]+)(?:\s*\|\s*|\s+)?([^}]*)\}/g;

function readable(text: string): string {
  return text
    .replaceAll(INLINE_LINK, (_, target: string, label: string) => label.trim() || target)
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}
