/**
 * Parameters from text, and results to text.
 *
 * JSON from the command line keeps integers of any size: those that a number cannot hold become
 * bigint. JSON for the output has a rule for everything a result can be:
 *
 *     bigint                 an integer literal
 *     octets                 a string, base64
 *     undefined, NaN, ±∞     null
 *     Map                    an object, its keys as text
 *     Set                    an array
 *     Date                   a string, ISO 8601
 *
 * @module
 */

import { inspect } from "node:util";

import { JsonSyntaxError, parseJson } from "./json-text.ts";
import { Mistake, pointAt } from "./mistakes.ts";

/**
 * The arguments of a call: the words themselves, or what they are as JSON.
 *
 * @throws {Mistake} that points at the place where a word is no JSON
 */
export function parseParameters(words: readonly string[], json: boolean): unknown[] {
  if (!json) return [...words];
  return words.map((word, index) => {
    try {
      return parseJson(word);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      throw new Mistake(
        `parameter ${index + 1} is no JSON: ${error.message}\n${pointAt(word, error.offset)}`,
      );
    }
  });
}

/** Writes a value as JavaScript would write it, over several lines where it is long. */
export function formatReadable(value: unknown, color: boolean): string {
  return inspect(value, {
    colors: color,
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: 80,
  });
}

/** Nesting deeper than this is written as null; the codecs refuse it long before. */
const MAX_JSON_DEPTH = 1000;

/** Writes a value as one line of JSON, by the rules at the head of this file. */
export function formatJson(value: unknown): string {
  return writeJson(value, 0);
}

function writeJson(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "bigint":
      return String(value);
    case "object":
      return value === null || depth > MAX_JSON_DEPTH ? "null" : writeObject(value, depth + 1);
    case "undefined":
    case "function":
    case "symbol":
      return "null";
  }
}

function writeObject(value: object, depth: number): string {
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (Array.isArray(value) || value instanceof Set) {
    return `[${Array.from(value, (item: unknown) => writeJson(item, depth)).join(", ")}]`;
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "null" : JSON.stringify(value.toISOString());
  }
  const entries: Iterable<[unknown, unknown]> =
    value instanceof Map ? (value as Map<unknown, unknown>) : Object.entries(value);
  const members = Array.from(
    entries,
    ([key, item]) => `${JSON.stringify(keyText(key))}: ${writeJson(item, depth)}`,
  );
  return `{${members.join(", ")}}`;
}

function keyText(key: unknown): string {
  return typeof key === "object" && key !== null ? writeJson(key, 0) : String(key);
}
