/**
 * One blocking call, without a client to keep.
 *
 * @module
 */

import type { SyncCallOptions } from "./commands.ts";
import { type SyncArguments, SyncConnection } from "./sync-connection.ts";
import { resolveOptions, type SyncClientOptions } from "./sync-options.ts";
import { SyncRemoteStream } from "./sync-stream.ts";

/** Options of {@link callSync}: those of a blocking client and of one of its calls. */
export type CallSyncOptions = SyncClientOptions & Pick<SyncCallOptions, "named">;

/**
 * Calls one method of one server and blocks until it has answered.
 *
 * ```ts
 * const config = callSync("tcp://127.0.0.1:1234", "config", ["web"], { timeoutMs: 2000 });
 * ```
 *
 * A method that streams gives the generator of its items; the connection lasts until it is over.
 *
 * @param args - in an array by position, in an object by name
 * @throws {RpcError} how the call ended
 * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_OPTION`, `USAGE_ARGUMENTS`, `USAGE_STATE`
 */
export function callSync(
  endpoint: string | readonly string[],
  method: string,
  args: SyncArguments = [],
  { named, ...options }: CallSyncOptions = {},
  // oxlint-disable-next-line typescript/no-explicit-any -- as of UntypedSyncMethod
): any {
  const connection = new SyncConnection(endpoint, resolveOptions(options));
  let result: unknown;
  try {
    result = connection.call(method, args, named === undefined ? {} : { named });
    return result instanceof SyncRemoteStream ? closing(result, connection) : result;
  } finally {
    if (!(result instanceof SyncRemoteStream)) connection.close();
  }
}

/** Closes the connection behind the last item. */
function* closing(
  stream: SyncRemoteStream,
  connection: SyncConnection,
): Generator<unknown, unknown, unknown> {
  try {
    return yield* stream;
  } finally {
    connection.close();
  }
}
