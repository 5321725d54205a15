/**
 * `zerocall <address> <command> <params…>`: calls a method and prints what it answers.
 *
 * The items of a stream are printed as they come. As JSON they are one array, which is closed also
 * when the stream ends in an error, so that what is on stdout is always JSON as a whole.
 *
 * @module
 */

import { isStream } from "../../node/index.ts";
import type { Client } from "../../node/index.ts";
import type { ClientOptions, Command } from "../arguments.ts";
import type { Output } from "../output.ts";
import { SUGGESTION_TIMEOUT_MS, withSuggestion } from "../unknown-method.ts";
import { formatJson, formatReadable, parseParameters } from "../values.ts";
import { openClient } from "./open-client.ts";

type CallCommand = Extract<Command, { type: "call" }>;

/**
 * Makes the call that the command line asks for.
 *
 * @param signal - cancels the call
 * @returns the exit code
 * @throws {Mistake} when a parameter is no JSON
 * @throws {RpcError} when the call failed
 */
export async function call(
  command: CallCommand,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const args = parseParameters(command.params, command.json);
  const client = await openClient(command.options, output);
  try {
    const anyEnd = AbortSignal.any([signal, output.closed]);
    const result: unknown = await client.call(command.method, args, { signal: anyEnd });
    if (isStream(result)) await printItems(result, command.options, output);
    else if (command.options.printJson) await output.result(`${formatJson(result)}\n`);
    else await output.result(`${formatReadable(result, output.color)}\n`);
    return 0;
  } catch (error) {
    throw await withSuggestion(error, command.method, () => namesOf(client));
  } finally {
    await client.close();
  }
}

async function printItems(
  items: AsyncIterable<unknown>,
  options: ClientOptions,
  output: Output,
): Promise<void> {
  if (!options.printJson) {
    for await (const item of items) await output.result(`${formatReadable(item, output.color)}\n`);
    return;
  }
  let separator = "[";
  try {
    for await (const item of items) {
      await output.result(separator + formatJson(item));
      separator = ",";
    }
  } finally {
    await output.result(separator === "[" ? "[]\n" : "]\n");
  }
}

async function namesOf(client: Client): Promise<readonly string[]> {
  return Object.keys((await client.inspect({ timeoutMs: SUGGESTION_TIMEOUT_MS })).methods);
}
