/**
 * Blocking calls, for scripts, configuration files and the REPL.
 *
 * ```ts
 * import { callSync, SyncClient } from "zerocall/sync";
 * ```
 *
 * They are made by one thread of connections, while the calling thread stands still. Do not use
 * them where anything else has to go on: in servers, in handlers, in user interfaces. The guide says
 * more: docs/guide/blocking.md.
 *
 * @module
 */

export type { DialectName, DialectSpec } from "../dialect-by-name.ts";
export { callSync, type CallSyncOptions } from "./call-sync.ts";
export type { SyncCallOptions } from "./commands.ts";
export { SyncClient, type SyncClientConstructor, type SyncClientMembers } from "./sync-client.ts";
export type {
  BatchedCall,
  BatchedRemote,
  SyncBatchResults,
  SyncClientOf,
  SyncMethod,
  SyncRemote,
  SyncResult,
  SyncStream,
  UntypedBatched,
  UntypedSyncMethod,
  UntypedSyncRemote,
} from "./sync-client-of.ts";
export type { SyncArguments } from "./sync-connection.ts";
export type { SyncClientOptions, SyncDialect } from "./sync-options.ts";
export {
  SyncZrpcClient,
  type SyncZrpcClientOptions,
  type SyncZrpcProxy,
} from "./sync-zrpc-client.ts";
