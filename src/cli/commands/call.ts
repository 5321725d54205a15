/**
 * `zerocall <address> <command> <params…>`: calls a method and prints what it answers.
 *
 * The items of a stream are printed as they come. As JSON they are one array, which is closed also
 * when the stream ends in an error, so that what is on stdout is always JSON as a whole.
 *
 * @module
 */

import { isStream, RpcError } from "../../node/index.ts";
import type { Client } from "../../node/index.ts";
import type { ClientOptions, Command } from "../arguments.ts";
import { suggestion } from "../mistakes.ts";
import type { Output } from "../output.ts";
import { formatJson, formatReadable, parseParameters } from "../values.ts";
import { openClient } from "./open-client.ts";
import { describeService } from "./service-description.ts";

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
    throw await withSuggestion(error, client, command);
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

/** How long to look for the names of methods when one was not found. */
const SUGGESTION_TIMEOUT_MS = 2000;

/** Servers of other makes do not say which method may have been meant; so we look. */
async function withSuggestion(
  error: unknown,
  client: Client,
  { method }: CallCommand,
): Promise<unknown> {
  if (!(error instanceof RpcError) || error.status !== "unimplemented") return error;
  if (error.message.includes("did you mean")) return error;
  const names = await describeService(
    client,
    { docs: false, signatures: false },
    { timeoutMs: SUGGESTION_TIMEOUT_MS },
  )
    .then(({ methods }) => Object.keys(methods))
    // The first error is the one to tell.
    .catch((): string[] => []);
  const hint = names.includes(method) ? undefined : suggestion(method, names);
  if (hint === undefined) return error;
  return new RpcError(error.status, `there is no method "${method}", ${hint}`, {
    cause: error,
    method,
  });
}
