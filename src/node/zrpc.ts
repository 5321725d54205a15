/**
 * Services of one machine by name, as zrpc has them: servers and clients that find each other in a
 * folder of sockets.
 *
 * ```ts
 * import { ZrpcClient, ZrpcServer } from "zerocall/zrpc";
 * ```
 *
 * The protocol itself, for other endpoints, is `zerocall/dialects/zrpc`.
 *
 * @module
 */

export { exposed } from "../rpc/exposed.ts";
export {
  ZrpcClient,
  type ZrpcClientOptions,
  type ZrpcListOptions,
  type ZrpcProxy,
} from "./zrpc-client.ts";
export type { ZrpcAccess } from "./zrpc-folder.ts";
export { ZrpcServer, type ZrpcServerOptions } from "./zrpc-server.ts";
