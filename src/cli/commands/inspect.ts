/**
 * `zerocall <address>` and `zerocall -? <address> [<command>]`: what a service offers.
 *
 *     [Cooler]                              [Cooler]
 *     add42  Adds 42.                       add42(n: number): number
 *     addMan <undocumented>                 addMan(sentence: string): string
 *
 * @module
 */

import { formatSignature } from "../../node/index.ts";
import type { MethodDescription } from "../../node/index.ts";
import type { Command } from "../arguments.ts";
import { suggestion } from "../mistakes.ts";
import { printable } from "../output.ts";
import type { Output } from "../output.ts";
import { formatJson } from "../values.ts";
import { openClient } from "./open-client.ts";

type InspectCommand = Extract<Command, { type: "list" | "describe" }>;
type Methods = Readonly<Record<string, MethodDescription>>;

/**
 * Prints the methods of a service, or one of them.
 *
 * @param signal - gives up waiting for the answer
 * @returns the exit code: 0 also when there is no such method, as in zerorpc's own tool
 */
export async function inspect(
  command: InspectCommand,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const client = await openClient(command.options, output);
  try {
    const { name, methods } = await client.inspect({ signal });
    if (command.options.printJson) {
      const shown = command.type === "list" ? methods : pick(methods, command.method);
      await output.result(`${formatJson({ name, methods: shown })}\n`);
    } else {
      const lines =
        command.type === "list"
          ? listLines(methods, command.signatures)
          : describeLines(methods, command.method);
      // Not every protocol tells the name of a service.
      const shown = name === "" ? lines : [`[${name}]`, ...lines];
      await output.result(printable(shown.map((line) => `${line}\n`).join("")));
    }
    if (command.type === "describe") hint(methods, command.method, output);
    return 0;
  } finally {
    await client.close();
  }
}

/** One line for each method. */
export function listLines(methods: Methods, signatures: boolean): string[] {
  const entries = Object.entries(methods);
  if (signatures) return entries.map(([name, method]) => formatSignature(name, method));
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, method]) => `${name.padEnd(width)} ${summary(method)}`);
}

/** The signature and the documentation of one method. */
export function describeLines(methods: Methods, name: string): string[] {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return [`No documentation for "${name}".`];
  return [formatSignature(name, method), "", method.doc?.trim() || UNDOCUMENTED, ""];
}

const UNDOCUMENTED = "<undocumented>";

/** The first line of the documentation that is prose. */
function summary({ doc = "" }: MethodDescription): string {
  const prose = doc.replaceAll(/^```.*?^```/gms, "");
  const lines = prose.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "") ?? UNDOCUMENTED;
}

function pick(methods: Methods, name: string): Methods {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return method === undefined ? {} : { [name]: method };
}

function hint(methods: Methods, name: string, output: Output): void {
  if (Object.hasOwn(methods, name)) return;
  const text = suggestion(name, Object.keys(methods));
  if (text !== undefined) output.note(text);
}
