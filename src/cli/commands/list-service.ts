/**
 * `zerocall list [service]`: the services of this machine that answer, or the methods of one.
 *
 *     test_server                  func(arg, kwarg = null):
 *     other_server                     Returns its arguments.
 *
 * @module
 */

import { formatSignature } from "../../node/index.ts";
import type { MethodDescription } from "../../node/index.ts";
import { ZrpcClient } from "../../node/zrpc.ts";
import type { Command } from "../arguments.ts";
import { debugLogger } from "../debug-logger.ts";
import { printable } from "../output.ts";
import type { Output } from "../output.ts";
import { formatJson } from "../values.ts";

type ListCommand = Extract<Command, { type: "list-service" }>;

/**
 * Prints the services, or the methods of one.
 *
 * @param signal - gives up waiting for answers
 * @returns the exit code
 * @throws {RpcError} when the service does not answer
 */
export async function listService(
  command: ListCommand,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  await using client = openServices(command.options, output);
  if (command.service === undefined) {
    const names = await client.list(undefined, { signal });
    const lines = names.map((name) => `${name}\n`).join("");
    await output.result(command.options.printJson ? `${formatJson(names)}\n` : printable(lines));
  } else {
    const methods = await client.list(command.service, { signal });
    const text = command.options.printJson ? `${formatJson(methods)}\n` : describe(methods);
    await output.result(printable(text));
  }
  return 0;
}

/** A client for the services that the options name. Who gets it closes it. */
export function openServices(options: ListCommand["options"], output: Output): ZrpcClient {
  return new ZrpcClient({
    ...(options.socketDir !== undefined && { socketDir: options.socketDir }),
    ...(options.debug && { logger: debugLogger(output) }),
    timeoutMs: options.timeoutMs,
  });
}

function describe(methods: Readonly<Record<string, MethodDescription>>): string {
  return Object.entries(methods)
    .map(([name, method]) => {
      const doc = method.doc === undefined ? [] : method.doc.split("\n");
      const lines = [`${formatSignature(name, method)}:`, ...doc.map((line) => `    ${line}`), ""];
      return lines.map((line) => `${line.trimEnd()}\n`).join("");
    })
    .join("");
}
