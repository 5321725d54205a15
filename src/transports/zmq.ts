/**
 * The RPC transport over ZeroMQ: a client is a DEALER and a server a ROUTER to every peer, whoever
 * binds and whoever connects.
 *
 * Both deal with each peer's pipe by itself, so no routing ids are needed and no socket type's
 * strategy stands between a call and the peer it was meant for.
 *
 * @module
 */

import { isZerocallError } from "../base/errors.ts";
import type { OutgoingMessage } from "../rpc/packet.ts";
import type { Status } from "../rpc/status.ts";
import type {
  Gathering,
  Link,
  Transport,
  TransportFactory,
  TransportOwner,
} from "../rpc/transport.ts";
import { TransportError } from "../sockets/errors.ts";
import type { Pipe, PipeOwner } from "../sockets/pipe.ts";
import { SocketCore, type SocketCoreParts, type SocketPlatform } from "../sockets/socket-core.ts";

import type { SocketEvent } from "../sockets/socket-event.ts";
import type { SocketOptions } from "../sockets/socket-options.ts";

/** The socket type of each role. */
export interface RoleSocketTypes {
  /** @default "DEALER" */
  readonly client?: "DEALER" | "PUSH";
  /** @default "ROUTER" */
  readonly server?: "ROUTER" | "PULL";
}

/** What a transport over ZeroMQ is told beside the options of its socket. */
export interface ZmqTransportParts extends RoleSocketTypes {
  /** Hears of bound endpoints that other hosts can reach and that let in everybody. */
  readonly insecure?: (endpoint: string) => void;
}

/** Makes transports over ZeroMQ. */
export function zmqTransport(
  platform: SocketPlatform,
  options: SocketOptions,
  parts: ZmqTransportParts = {},
): TransportFactory {
  return (role, owner) => {
    const socketType = role === "client" ? (parts.client ?? "DEALER") : (parts.server ?? "ROUTER");
    return new ZmqTransport(socketType, owner, { platform, options, parts });
  };
}

/** A pipe as the RPC half sees it. */
class ZmqLink implements Link {
  readonly #pipe: Pipe;
  readonly id: number;
  readonly endpoint: string;
  readonly address: string;
  readonly socketType: string;
  readonly identity: string | undefined;
  readonly maxMessageOctets: number;

  constructor(pipe: Pipe, maxMessageOctets: number) {
    this.#pipe = pipe;
    this.maxMessageOctets = maxMessageOctets;
    this.id = pipe.id;
    this.endpoint = pipe.endpoint;
    this.address = pipe.peer.address;
    this.socketType = pipe.peer.socketType;
    this.identity = pipe.peer.identity;
  }

  get full(): boolean {
    return this.#pipe.full;
  }

  get silent(): boolean {
    return this.#pipe.silent === true;
  }

  get sentMessages(): number {
    return this.#pipe.sentMessages;
  }

  get unsentOctets(): number {
    return this.#pipe.unsentBytes ?? 0;
  }

  send(message: OutgoingMessage): void {
    this.#pipe.send(message);
  }

  beforeLeaving(gathering: Gathering): void {
    const pipe = this.#pipe;
    if (pipe.beforeLeaving === undefined) gathering.flush();
    else pipe.beforeLeaving(gathering);
  }

  writeNow(): void {
    this.#pipe.writeNow?.();
  }

  pause(): void {
    this.#pipe.pause();
  }

  resume(): void {
    this.#pipe.resume();
  }

  close(): void {
    this.#pipe.close();
  }
}

interface ZmqSettings {
  readonly platform: SocketPlatform;
  readonly options: SocketOptions;
  readonly parts: ZmqTransportParts;
}

class ZmqTransport implements Transport, PipeOwner {
  readonly #owner: TransportOwner;
  readonly #parts: ZmqTransportParts;
  readonly #core: SocketCore;
  readonly #links = new Map<Pipe, Link>();
  #retired = false;

  constructor(
    socketType: SocketCoreParts["socketType"],
    owner: TransportOwner,
    { platform, options, parts }: ZmqSettings,
  ) {
    this.#owner = owner;
    this.#parts = parts;
    this.#core = new SocketCore({
      ...platform,
      ...options,
      socketType,
      owner: this,
      observer: (event) => this.#observe(event),
    });
  }

  get bound(): readonly string[] {
    return this.#core.endpoints;
  }

  get connected(): readonly string[] {
    return this.#core.connected;
  }

  bind(endpoint: string): Promise<string> {
    return this.#core.bind(endpoint);
  }

  connect(endpoint: string): void {
    this.#core.connect(endpoint);
  }

  unbind(endpoint: string): Promise<void> {
    return this.#core.unbind(endpoint);
  }

  disconnect(endpoint: string): void {
    this.#core.disconnect(endpoint);
  }

  get hopeless(): boolean {
    const { connected, stoppedConnects, pipes, endpoints } = this.#core;
    const awaited = connected.length + pipes.size + endpoints.length;
    return stoppedConnects > 0 && awaited === 0;
  }

  retire(): void {
    this.#retired = true;
    this.#core.retire();
  }

  get arriving(): number {
    return this.#core.handshakes;
  }

  close(lingerMs: number): Promise<void> {
    return this.#core.close(lingerMs);
  }

  opened(pipe: Pipe): void {
    const link = new ZmqLink(pipe, this.#core.options.maxMessageBytes);
    this.#links.set(pipe, link);
    this.#owner.opened(link);
  }

  received(pipe: Pipe, messages: readonly (readonly Uint8Array[])[]): void {
    const link = this.#links.get(pipe);
    if (link !== undefined) this.#owner.received(link, messages);
  }

  drained(pipe: Pipe): void {
    const link = this.#links.get(pipe);
    if (link !== undefined) this.#owner.drained(link);
  }

  closed(pipe: Pipe, error: Error | undefined): void {
    const link = this.#links.get(pipe);
    this.#links.delete(pipe);
    if (link !== undefined) this.#owner.closed(link, error);
  }

  #observe(event: SocketEvent): void {
    switch (event.type) {
      case "connect:retry":
        if (event.error !== undefined) this.#owner.unreachable(event.address, event.error);
        break;
      case "connect:stopped":
        // Who retires tries none either, and has not given up anybody.
        if (!this.#retired) {
          const { address, error = ended(address) } = event;
          this.#owner.unreachable(address, error, statusOf(error));
        }
        break;
      case "handshake:error:auth":
      case "handshake:error:protocol":
        // Of those that we connect to, what follows tells.
        if (this.#core.endpoints.includes(event.address)) {
          this.#owner.refused?.(event.address, event.error);
        }
        break;
      case "accept:error":
        this.#owner.refused?.(event.address, event.error);
        break;
      case "bind:insecure":
        this.#parts.insecure?.(event.address);
        break;
      default:
    }
  }
}

/** The connection ended without a fault, and that was the last one. */
function ended(endpoint: string): TransportError {
  const message = `the connection to ${endpoint} has ended, and no other one is tried`;
  return new TransportError("TRANSPORT_RESET", message, { endpoint });
}

/** What a call comes to that only a peer could take which is not tried any more. */
function statusOf(error: Error): Status {
  const code = isZerocallError(error) ? error.code : "";
  return code === "ZMTP_PEER_ERROR" || code === "ZMTP_MECHANISM"
    ? "unauthenticated"
    : "unavailable";
}
