/**
 * The options that all socket types share, and what holds where one is left out.
 *
 * Names are those of the `zeromq` package.
 *
 * @module
 */

import type { SecurityOptions } from "./security-options.ts";

/** Options of every socket type. */
export interface SocketOptions extends SecurityOptions {
  /**
   * What ROUTER peers call this socket, 1 to 255 octets, text as UTF-8. A first octet of zero is
   * reserved. ZMQ_ROUTING_ID.
   *
   * @default none; a ROUTER makes one up
   */
  readonly routingId?: string | Uint8Array | null;
  /**
   * Messages that wait for one peer before the socket counts it as full. At least 1: there is no
   * unlimited queue. ZMQ_SNDHWM.
   *
   * @default 1000
   */
  readonly sendHighWaterMark?: number;
  /**
   * Octets that wait for one peer before the socket counts it as full, whatever their number of
   * messages. At least 1; a message larger than this is sent as well.
   *
   * @default 67108864 (64 MiB; libzmq: unlimited)
   */
  readonly sendHighWaterBytes?: number;
  /**
   * Messages of one peer that wait to be received before the socket stops reading from it. At
   * least 1. What came with the same chunk of octets is kept above the mark. ZMQ_RCVHWM.
   *
   * @default 1000
   */
  readonly receiveHighWaterMark?: number;
  /**
   * Octets of one peer that wait to be received before the socket stops reading from it, whatever
   * their number of messages. At least 1; a message larger than this is received as well.
   *
   * @default 67108864 (64 MiB; libzmq: unlimited)
   */
  readonly receiveHighWaterBytes?: number;
  /**
   * How long what was sent may take to leave when the socket, an endpoint or one connection is closed,
   * in ms, after which the connection is cut; 0 drops it, -1 waits for ever. ZMQ_LINGER.
   *
   * @default 5000 (libzmq: -1)
   */
  readonly linger?: number;
  /**
   * First interval between attempts to connect, in ms; -1 never tries again. The wait is drawn
   * between half of the interval and the whole. ZMQ_RECONNECT_IVL.
   *
   * @default 100
   */
  readonly reconnectInterval?: number;
  /**
   * The interval doubles after each failure up to this, in ms; 0 keeps it as it is.
   * ZMQ_RECONNECT_IVL_MAX.
   *
   * @default 5000 (libzmq: 0)
   */
  readonly reconnectMaxInterval?: number;
  /**
   * How often a peer is sent PING, in ms; 0 is off. ZMQ_HEARTBEAT_IVL.
   *
   * @default 0
   */
  readonly heartbeatInterval?: number;
  /**
   * Silence after a PING that ends the connection, in ms; -1 means `heartbeatInterval`.
   * ZMQ_HEARTBEAT_TIMEOUT.
   *
   * @default -1
   */
  readonly heartbeatTimeout?: number;
  /**
   * After how much silence the peer may give us up, in ms, told in each PING, at most 6553500; 0
   * says nothing. ZMQ_HEARTBEAT_TTL.
   *
   * @default 0
   */
  readonly heartbeatTimeToLive?: number;
  /**
   * The longest handshake, in ms; 0 is unlimited. ZMQ_HANDSHAKE_IVL.
   *
   * @default 30000
   */
  readonly handshakeInterval?: number;
  /**
   * The longest attempt to open a connection, in ms; 0 leaves it to the platform.
   * ZMQ_CONNECT_TIMEOUT.
   *
   * @default 0
   */
  readonly connectTimeout?: number;
  /**
   * Largest message accepted from a peer, in octets, over all of its frames. A larger one ends the
   * connection before it is stored. At least 1: there is no unlimited message. ZMQ_MAXMSGSIZE.
   *
   * @default 104857600 (100 MiB; libzmq: unlimited)
   */
  readonly maxMessageSize?: number;
  /**
   * Most frames of a message accepted from a peer.
   *
   * @default 1024 (libzmq: unlimited)
   */
  readonly maxFrames?: number;
  /**
   * Messages wait in the socket only while a peer is there, not for one that is being connected.
   * ZMQ_IMMEDIATE.
   *
   * @default false
   */
  readonly immediate?: boolean;
  /**
   * Whether the platform probes silent connections: 1 yes, 0 no, -1 the default of this engine,
   * which is yes. ZMQ_TCP_KEEPALIVE.
   *
   * @default -1
   */
  readonly tcpKeepalive?: number;
  /**
   * Silence before the first probe, in seconds; -1 means 30. ZMQ_TCP_KEEPALIVE_IDLE.
   *
   * @default -1
   */
  readonly tcpKeepaliveIdle?: number;
  /**
   * Connections that may wait to be accepted. ZMQ_BACKLOG.
   *
   * @default 511 (libzmq: 100)
   */
  readonly backlog?: number;
  /**
   * Whether `*` and host names are bound as IPv6, with IPv4 where the platform joins both. IPv6
   * addresses in brackets, and connecting to any host, need no option. ZMQ_IPV6.
   *
   * @default false
   */
  readonly ipv6?: boolean;
  /**
   * How long `send` waits for room, in ms; 0 not at all, -1 for ever. ZMQ_SNDTIMEO.
   *
   * @default -1
   */
  readonly sendTimeout?: number;
  /**
   * How long `receive` waits for a message, in ms; 0 not at all, -1 for ever. ZMQ_RCVTIMEO.
   *
   * @default -1
   */
  readonly receiveTimeout?: number;
  /**
   * Accepted connections whose handshake is not done. One more is closed at once, of which the event
   * `accept:error` tells.
   *
   * @default 2048 (libzmq: unlimited)
   */
  readonly maxHandshakes?: number;
  /**
   * The same for one address of peers; it does not count where peers have none, as on `ipc`.
   *
   * @default 512 (libzmq: unlimited)
   */
  readonly maxHandshakesPerAddress?: number;
  /**
   * Accepted connections, of all bound endpoints together. One more is closed at once, of which the
   * event `accept:error` tells.
   *
   * @default 10000 (libzmq: unlimited)
   */
  readonly maxConnections?: number;
  /**
   * The same for one address of peers; it does not count where peers have none, as on `ipc`.
   *
   * @default 2000 (libzmq: unlimited)
   */
  readonly maxConnectionsPerAddress?: number;
}
