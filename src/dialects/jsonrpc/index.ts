/**
 * The jsonrpc dialect, for clients and servers that speak JSON-RPC 2.0 over ZeroMQ.
 *
 * @module
 */

export { jsonrpc, type JsonrpcOptions } from "./dialect.ts";
export type { ErrorClass, ErrorClasses } from "./errors.ts";
export {
  type ContentDescriptor,
  type OpenRpcDocument,
  type OpenRpcMethod,
  readDiscovered,
  type Schema,
} from "./introspection.ts";
