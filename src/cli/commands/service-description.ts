/**
 * What a service tells of itself, by whatever words it knows.
 *
 * Servers on Python 3.11 and later fail at `_zerorpc_inspect`, and very old ones do not know it. They
 * are asked for their names, and then for the documentation and the arguments of each.
 *
 * @module
 */

import { RpcError } from "../../node/index.ts";
import type {
  MethodDescription,
  ParameterDescription,
  ServiceDescription,
} from "../../node/index.ts";
import { formatJson } from "../values.ts";

/** The part of a client that is used. */
export interface Asker {
  inspect(options: AskOptions): Promise<ServiceDescription>;
  call(method: string, args: readonly unknown[], options: AskOptions): PromiseLike<unknown>;
}

/** How to ask. */
export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** What to ask for when each method has to be asked about; less is faster. */
export interface Wanted {
  /** Documentation and signature of this method only. */
  readonly only?: string;
  readonly docs: boolean;
  readonly signatures: boolean;
}

/** How many methods are asked about one by one; further ones are listed by name alone. */
const MAX_ASKED = 500;

/** Asks a service what it offers. Rejects with the `RpcError` of the call that failed. */
export async function describeService(
  asker: Asker,
  wanted: Wanted,
  options: AskOptions,
): Promise<ServiceDescription> {
  try {
    return await asker.inspect(options);
  } catch (error) {
    // Only a server that answered may know other words.
    if (!(error instanceof RpcError) || error.origin !== "peer") throw error;
  }
  const names = asNames(await asker.call("_zerorpc_list", [], options));
  const name = await ask(asker, "_zerorpc_name", [], options);
  const asked = wanted.only === undefined ? names.slice(0, MAX_ASKED) : [wanted.only];
  const told = await Promise.all(
    asked
      .filter((each) => names.includes(each))
      .map(async (each) => {
        const [doc, args] = await Promise.all([
          wanted.docs ? ask(asker, "_zerorpc_help", [each], options) : undefined,
          wanted.signatures ? ask(asker, "_zerorpc_args", [each], options) : undefined,
        ]);
        return [each, describe(doc, args)] as const;
      }),
  );
  return {
    name: typeof name === "string" ? name : "N/A",
    methods: {
      ...Object.fromEntries(names.map((each) => [each, {}])),
      ...Object.fromEntries(told),
    },
  };
}

/** An answer, or `undefined` when the server cannot give it. */
async function ask(
  asker: Asker,
  method: string,
  args: readonly unknown[],
  options: AskOptions,
): Promise<unknown> {
  try {
    return await asker.call(method, args, options);
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
    ...(typeof doc === "string" ? { doc } : {}),
    ...(parameters === undefined ? {} : { parameters }),
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
    const optional = at >= 0;
    const value = defaults[at];
    return {
      name,
      optional,
      rest: false,
      ...(optional && value !== null ? { default: value, defaultText: formatJson(value) } : {}),
    };
  });
  if (typeof rest === "string") parameters.push({ name: rest, optional: true, rest: true });
  return parameters;
}
