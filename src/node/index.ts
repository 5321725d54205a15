/**
 * zerocall on Node: clients and servers over tcp, ipc and inproc.
 *
 * @module
 */

export { isZerocallError, UsageError, type UsageCode, ZerocallError } from "../base/errors.ts";
export { zerorpc, type ZerorpcOptions } from "../dialects/zerorpc/dialect.ts";
export { Call } from "../rpc/call.ts";
export type { CallArguments, CallOptions } from "../rpc/caller.ts";
export type {
  ClientOf,
  Remote,
  RemoteGenerator,
  RemoteMethod,
  RemoteResult,
  UntypedMethod,
  UntypedRemote,
} from "../rpc/client-of.ts";
export {
  type CallContext,
  callContext,
  type CallPeer,
  type ContextHandler,
  withContext,
} from "../rpc/context.ts";
export { RpcError, type RpcErrorInit } from "../rpc/errors.ts";
export type { InterceptedCall, Interceptor, Next } from "../rpc/interceptor.ts";
export {
  formatSignature,
  type Handler,
  type MethodDescription,
  type ParameterDescription,
} from "../rpc/method.ts";
export type { Notification, NotificationHandler, Notifications } from "../rpc/notifications.ts";
export type {
  Policy,
  PolicyFunction,
  PolicyPeers,
  PolicyRequest,
  PolicyResult,
  PolicyRule,
  PolicyRules,
} from "../rpc/policy.ts";
export type { PeerLoad } from "../rpc/client.ts";
export type { Headers } from "../rpc/packet.ts";
export type { RateLimit } from "../rpc/rate-limit.ts";
export type { RegisterOptions } from "../rpc/registry.ts";
export { exposed } from "../rpc/exposed.ts";
export { isStream, type RemoteStream } from "../rpc/remote-stream.ts";
export type { RpcEvent } from "../rpc/rpc-event.ts";
export type { NotifyArguments } from "../rpc/remote-peer.ts";
export type { SubscriptionOptions } from "../rpc/subscription-book.ts";
export { type Status, STATUSES } from "../rpc/status.ts";
export type {
  AuthenticationRequest,
  AuthenticationResult,
  Authenticator,
} from "../sockets/authenticator.ts";
export {
  SocketError,
  type SocketCode,
  TransportError,
  type TransportCode,
} from "../sockets/errors.ts";
export type {
  CurveClientSecurity,
  CurveKey,
  CurveServerSecurity,
  PlainClientSecurity,
  PlainServerSecurity,
  Security,
  SecuritySource,
} from "../sockets/security.ts";
export type { SocketOptions } from "../sockets/socket-options.ts";
export {
  type BatchMembers,
  type BatchResults,
  Client,
  type ClientConstructor,
  type ClientMembers,
  type ClientOptions,
  type ServiceDescription,
} from "./client.ts";
export { type CurveKeyPair, curveKeyPair } from "./curve-keys.ts";
export { DIAGNOSTICS_CHANNEL, type Logger } from "./log.ts";
export {
  type Collector,
  MultiCall,
  type MultiCallConstructor,
  type MultiCallMembers,
  MultiCallResults,
  type UntypedCollector,
} from "./multicall.ts";
export {
  type OneWayOf,
  type OneWayOptions,
  type OneWayRemote,
  Publisher,
  Puller,
  Pusher,
  type ReceiverOptions,
  type Sender,
  type SenderConstructor,
  type SenderMembers,
  type SenderOptions,
  Subscriber,
  type UntypedOneWay,
} from "./one-way.ts";
export type { PeerOptions } from "./rpc-options.ts";
export { Server, type ServerOptions } from "./server.ts";
export { Subscriptions } from "./subscriptions.ts";
export type { WorkerLoad } from "./workers/crew.ts";
export { WorkerPool, type WorkerPoolOptions } from "./workers/worker-pool.ts";
