/**
 * ZeroMQ sockets without RPC, on Node: names and options as in the `zeromq` package.
 *
 * ```ts
 * import { Reply, Request } from "zerocall/zeromq";
 *
 * await using reply = new Reply();
 * const endpoint = await reply.bind("tcp://127.0.0.1:0");
 * await using request = new Request();
 * request.connect(endpoint);
 * await request.send("hello");
 * const [question] = await reply.receive();
 * ```
 *
 * Beyond that package `bind` returns the real endpoint, `close` waits for what was sent, and every
 * wait takes an `AbortSignal`. Frames are `Uint8Array`s.
 *
 * @module
 */

import { Dealer as DealerSocket } from "../sockets/dealer.ts";
import type { DealerOptions } from "../sockets/dealer.ts";
import { Pair as PairSocket } from "../sockets/pair.ts";
import { Publisher as PublisherSocket } from "../sockets/publisher.ts";
import type { PublisherOptions } from "../sockets/publisher.ts";
import { Pull as PullSocket } from "../sockets/pull.ts";
import type { PullOptions } from "../sockets/pull.ts";
import { Push as PushSocket } from "../sockets/push.ts";
import { Reply as ReplySocket } from "../sockets/reply.ts";
import { Request as RequestSocket } from "../sockets/request.ts";
import type { RequestOptions } from "../sockets/request.ts";
import { Router as RouterSocket } from "../sockets/router.ts";
import type { RouterOptions } from "../sockets/router.ts";
import type { SocketOptions } from "../sockets/socket-options.ts";
import { Subscriber as SubscriberSocket } from "../sockets/subscriber.ts";
import type { SubscriberOptions } from "../sockets/subscriber.ts";
import { XPublisher as XPublisherSocket } from "../sockets/xpublisher.ts";
import type { XPublisherOptions } from "../sockets/xpublisher.ts";
import { XSubscriber as XSubscriberSocket } from "../sockets/xsubscriber.ts";
import { nodePlatform } from "./platform.ts";

export { isZerocallError, UsageError, ZerocallError } from "../base/errors.ts";
export type { UsageCode } from "../base/errors.ts";
export type {
  AuthenticationRequest,
  AuthenticationResult,
  Authenticator,
} from "../sockets/authenticator.ts";
export type { DealerOptions } from "../sockets/dealer.ts";
export { SocketError, TransportError } from "../sockets/errors.ts";
export type { SocketCode, TransportCode } from "../sockets/errors.ts";
export type { WaitOptions } from "../sockets/incoming.ts";
export type { FrameLike, MessageLike } from "../sockets/message.ts";
export type { Message, PeerInfo } from "../sockets/pipe.ts";
export type { PublisherOptions } from "../sockets/publisher.ts";
export type { PullOptions } from "../sockets/pull.ts";
export type { RequestOptions } from "../sockets/request.ts";
export type { RouterConnectOptions, RouterOptions } from "../sockets/router.ts";
export type {
  CurveClientSecurity,
  CurveKey,
  CurveServerSecurity,
  PlainClientSecurity,
  PlainServerSecurity,
  Security,
  SecuritySource,
} from "../sockets/security.ts";
export type { SocketEvent, SocketEventType } from "../sockets/socket-event.ts";
export type { SocketEventOf, SocketEvents } from "../sockets/socket-events.ts";
export type { SocketOptions } from "../sockets/socket-options.ts";
export { Socket } from "../sockets/socket.ts";
export type { SubscriberOptions } from "../sockets/subscriber.ts";
export type { XPublisherOptions } from "../sockets/xpublisher.ts";
export { type CurveKeyPair, curveKeyPair } from "./curve-keys.ts";
export { ZmtpError } from "../zmtp/errors.ts";
export type { ZmtpCode } from "../zmtp/errors.ts";

/** DEALER: an asynchronous requester, or one side of any conversation. */
export class Dealer extends DealerSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: DealerOptions = {}) {
    super(options, nodePlatform);
  }
}

/** ROUTER: an asynchronous responder, or the middle of many conversations. */
export class Router extends RouterSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: RouterOptions = {}) {
    super(options, nodePlatform);
  }
}

/** REQ: a client that asks one thing at a time. */
export class Request extends RequestSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: RequestOptions = {}) {
    super(options, nodePlatform);
  }
}

/** REP: a server that answers one thing at a time. */
export class Reply extends ReplySocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions = {}) {
    super(options, nodePlatform);
  }
}

/** PUSH: hands out work. */
export class Push extends PushSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions = {}) {
    super(options, nodePlatform);
  }
}

/** PULL: takes work. */
export class Pull extends PullSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: PullOptions = {}) {
    super(options, nodePlatform);
  }
}

/** PUB: tells whoever listens. */
export class Publisher extends PublisherSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: PublisherOptions = {}) {
    super(options, nodePlatform);
  }
}

/** SUB: listens to publishers. */
export class Subscriber extends SubscriberSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SubscriberOptions = {}) {
    super(options, nodePlatform);
  }
}

/** XPUB: tells whoever listens, and hears who does. */
export class XPublisher extends XPublisherSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: XPublisherOptions = {}) {
    super(options, nodePlatform);
  }
}

/** XSUB: listens to publishers on behalf of others. */
export class XSubscriber extends XSubscriberSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions = {}) {
    super(options, nodePlatform);
  }
}

/** PAIR: one side of a conversation with exactly one peer. */
export class Pair extends PairSocket {
  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions = {}) {
    super(options, nodePlatform);
  }
}
