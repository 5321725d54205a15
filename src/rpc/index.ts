/**
 * Calls without a wire: for who writes a dialect or a transport.
 *
 * @module
 */

export type { CallOutcome, CallRequest } from "./client-call.ts";
export { ClientCore, type ClientSettings } from "./client.ts";
export { Batch } from "./batch.ts";
export {
  Caller,
  type CallerSettings,
  type CallArguments,
  type CallOptions,
  type CallStarter,
} from "./caller.ts";
export { type Catalogue, whenKnown } from "./catalogue.ts";
export { type CallContext, callContext, type CallPeer, withContext } from "./context.ts";
export type {
  DecodingLimits,
  Dialect,
  DialectTraits,
  EncodedRequest,
  Introspection,
  PeerKind,
  Translator,
} from "./dialect.ts";
export { type Failure, fromFailure, RpcError, type RpcErrorInit, toFailure } from "./errors.ts";
export type { InterceptedCall, Interceptor, Next } from "./interceptor.ts";
export { type Notification, type NotificationHandler, Notifications } from "./notifications.ts";
export type { NotifyArguments } from "./remote-peer.ts";
export { SubscriptionBook, type SubscriptionOptions } from "./subscription-book.ts";
export { RPC_DEFAULTS } from "./limits.ts";
export {
  formatSignature,
  type Handler,
  makeMethod,
  type Method,
  type MethodDescription,
  type ParameterDescription,
} from "./method.ts";
export type {
  ChannelRef,
  Headers,
  Message,
  OutgoingMessage,
  Packet,
  RequestOptions,
} from "./packet.ts";
export { octetLength, type Octets, wholeOctets } from "../base/octets.ts";
export { WINDOW_DEFAULTS, type WindowLimits } from "./receive-window.ts";
export { Registry, type RegisterOptions } from "./registry.ts";
export { isStream, type RemoteStream } from "./remote-stream.ts";
export type { Observer, RpcEvent } from "./rpc-event.ts";
export { ServerCore, type ServerSettings } from "./server.ts";
export { isStatus, type Status, STATUSES } from "./status.ts";
export type { Link, Transport, TransportFactory, TransportOwner } from "./transport.ts";
