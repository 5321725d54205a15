/**
 * `zerocall call <service> <method> <args…> <key=value…>`: calls a service of this machine by its name
 * and prints what it answers. Nothing is printed for null, as zrpc's own command does it.
 *
 * @module
 */

import type { Command } from "../arguments.ts";
import type { Output } from "../output.ts";
import { SUGGESTION_TIMEOUT_MS, withSuggestion } from "../unknown-method.ts";
import { formatJson, formatReadable } from "../values.ts";
import { openServices } from "./list-service.ts";

type CallCommand = Extract<Command, { type: "call-service" }>;

/**
 * Makes the calls that the command line asks for, one after the other.
 *
 * @param signal - cancels them
 * @returns the exit code
 * @throws {RpcError} when a call failed
 */
export async function callService(
  command: CallCommand,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const { service, method, args, named, count, options } = command;
  await using client = openServices(options, output);
  const anyEnd = AbortSignal.any([signal, output.closed]);
  try {
    for (let i = 0; i < count; i++) {
      const result = await client.call(service, method, args, { named, signal: anyEnd });
      if (result === null || result === undefined) continue;
      const text = options.printJson ? formatJson(result) : formatReadable(result, output.color);
      await output.result(`${text}\n`);
    }
  } catch (error) {
    throw await withSuggestion(error, method, async () =>
      Object.keys(await client.list(service, { timeoutMs: SUGGESTION_TIMEOUT_MS })),
    );
  }
  return 0;
}
