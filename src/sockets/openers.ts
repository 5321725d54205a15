/**
 * Who dials and listens at an endpoint: by its scheme a transport of wires, on each of which runs a
 * ZMTP connection, or the hub of this process.
 *
 *     tcp, ipc ─▶ WireTransport ─▶ wire ─▶ Connection ─▶ ZmtpPipe
 *     inproc ───▶ InprocHub ─────────────────────────────▶ its pipe
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { Connection } from "../zmtp/connection.ts";
import type { Mechanism } from "../zmtp/mechanism.ts";
import type { Allocate } from "../zmtp/partial-body.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import type { Wire, WireTransport } from "./dialer.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import type { InprocHub } from "./inproc.ts";
import type { Opener, Opening } from "./opening.ts";
import type { ResolvedOptions } from "./resolved-options.ts";
import type { ResolvedSecurity } from "./security.ts";
import { ZmtpPipe } from "./zmtp-pipe.ts";

/** What openers know of their socket. */
export interface OpenerParts {
  readonly socketType: SocketType;
  readonly options: ResolvedOptions;
  /** By scheme. */
  readonly transports: Readonly<Record<string, WireTransport>>;
  /** Asked for each connection. */
  readonly security: () => ResolvedSecurity;
  /** Further properties for the peers. */
  readonly metadata: ReadonlyMap<string, Uint8Array> | undefined;
  /** `undefined` where there is no `inproc://`. */
  readonly inproc: InprocHub | undefined;
  readonly allocate: Allocate | undefined;
}

/** The openers of one socket. */
export class Openers {
  readonly #parts: OpenerParts;

  constructor(parts: OpenerParts) {
    this.#parts = parts;
  }

  /** @throws {UsageError} `USAGE_ENDPOINT` when there is no transport for the scheme, or it refuses */
  of(endpoint: Endpoint): Opener {
    const { inproc, transports } = this.#parts;
    const address = formatEndpoint(endpoint);
    if (endpoint.scheme === "inproc" && inproc !== undefined) {
      return this.#inprocOpener(address, inproc);
    }
    const { [endpoint.scheme]: transport } = transports;
    if (transport !== undefined) {
      transport.check?.(endpoint);
      return this.#wireOpener(endpoint, transport);
    }
    const known = Object.keys(transports).join(", ");
    throw new UsageError("USAGE_ENDPOINT", `no transport for ${address}; there are ${known}`);
  }

  #inprocOpener(address: string, hub: InprocHub): Opener {
    const { socketType, options, metadata } = this.#parts;
    const identity = {
      socketType,
      routingId: options.routingId,
      metadata: metadata ?? new Map<string, Uint8Array>(),
    };
    return {
      dial: (signal) => hub.dial(address, identity, signal),
      listen: (accept) => hub.listen(address, identity, accept),
    };
  }

  #wireOpener(endpoint: Endpoint, transport: WireTransport): Opener {
    const { options, security } = this.#parts;
    const opening = (wire: Wire): Opening => ({
      address: wire.address,
      adopt: (parts) => {
        const { mechanism, authenticate } = security();
        const connection = this.#newConnection(mechanism, parts.clock.now());
        const { silenceHint } = mechanism;
        return new ZmtpPipe({ ...parts, wire, connection, authenticate, silenceHint });
      },
      discard: () => wire.destroy(),
    });
    return {
      dial: async (signal) => opening(await transport.dial(endpoint, signal, options)),
      listen: (accept) => transport.listen(endpoint, (wire) => accept(opening(wire)), options),
    };
  }

  #newConnection(mechanism: Mechanism, now: number): Connection {
    const { socketType, options, metadata, allocate } = this.#parts;
    return new Connection(
      {
        socketType,
        mechanism,
        routingId: options.routingId,
        ...(metadata === undefined ? {} : { metadata }),
        ...(allocate === undefined ? {} : { allocate }),
        maxMessageBytes: options.maxMessageBytes,
        maxFrames: options.maxFrames,
        handshakeTimeoutMs: options.handshakeTimeoutMs,
        heartbeatIntervalMs: options.heartbeatIntervalMs,
        heartbeatTimeoutMs: options.heartbeatTimeoutMs,
        heartbeatTtlMs: options.heartbeatTtlMs,
      },
      now,
    );
  }
}
