/**
 * What a server tells of itself that fails at `_zerorpc_inspect`: those on Python 3.11 and later do,
 * and very old ones do not know it. They are asked for their names, and then for the documentation
 * and the arguments of each.
 *
 * Spec: docs/protocols/zerorpc.md, "Built-in methods".
 *
 * @module
 */

import type { AskPeer, InspectedService } from "../../rpc/dialect.ts";
import { RpcError } from "../../rpc/errors.ts";
import type { MethodDescription, ParameterDescription } from "../../rpc/method.ts";
import { textOf } from "./introspection.ts";

/** How many methods are asked about one by one; further ones are told by name alone. */
const MAX_ASKED = 500;

/** Asks for everything that such a server can tell. Rejects when it does not know its names. */
export async function inspectByNames(ask: AskPeer): Promise<InspectedService> {
  const names = asNames(await ask("_zerorpc_list", []));
  const name = await answerOf(ask, "_zerorpc_name");
  const told = await Promise.all(
    names.slice(0, MAX_ASKED).map(async (each) => {
      const [doc, args] = await Promise.all([
        answerOf(ask, "_zerorpc_help", each),
        answerOf(ask, "_zerorpc_args", each),
      ]);
      return [each, describe(doc, args)] as const;
    }),
  );
  const methods: Record<string, MethodDescription> = Object.create(null) as Record<string, never>;
  for (const each of names) methods[each] = {};
  for (const [each, description] of told) methods[each] = description;
  return { name: typeof name === "string" ? name : "", methods };
}

/** An answer, or `undefined` when the server cannot give it. */
async function answerOf(ask: AskPeer, method: string, ...args: string[]): Promise<unknown> {
  try {
    return await ask(method, args);
  } catch (error) {
    if (error instanceof RpcError && error.origin === "peer") return undefined;
    throw error;
  }
}

function asNames(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

function describe(doc: unknown, args: unknown): MethodDescription {
  const parameters = parametersOf(args);
  return {
    ...(typeof doc === "string" && { doc }),
    ...(parameters !== undefined && { parameters }),
  };
}

/** Names, name of the rest, name of the keywords, defaults of the last ones. */
function parametersOf(args: unknown): ParameterDescription[] | undefined {
  if (!Array.isArray(args) || !Array.isArray(args[0])) return undefined;
  const [, rest, , given] = args as unknown[];
  const names = asNames(args[0]);
  const defaults: unknown[] = Array.isArray(given) ? given : [];
  const parameters = names.map((name, index): ParameterDescription => {
    const at = index - (names.length - defaults.length);
    const value = defaults[at];
    return {
      name,
      optional: at >= 0,
      rest: false,
      ...(at >= 0 && value !== null && { default: value, defaultText: textOf(value) }),
    };
  });
  if (typeof rest === "string") parameters.push({ name: rest, optional: true, rest: true });
  return parameters;
}
