/**
 * The zrpc dialect. Services by name, as the original has them, are in `zerocall/zrpc`.
 *
 * @module
 */

export type { RequestForm } from "./client-translator.ts";
export { zrpc, type ZrpcOptions } from "./dialect.ts";
export type { ListedMethod } from "./introspection.ts";
