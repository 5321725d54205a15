/** Sockets in virtual time on a network in memory. */

import type { Wire } from "../../src/sockets/dialer.ts";
import { parseEndpoint } from "../../src/sockets/endpoint.ts";
import type { Message, Pipe, PipeOwner } from "../../src/sockets/pipe.ts";
import { InprocHub } from "../../src/sockets/inproc.ts";
import { SocketCore, type SocketPlatform } from "../../src/sockets/socket-core.ts";
import type { SocketEvent } from "../../src/sockets/socket-event.ts";
import type { SocketOptions } from "../../src/sockets/socket-options.ts";
import type { LinkOptions } from "../../src/testing/link.ts";
import { Network } from "../../src/testing/network.ts";
import { VirtualClock } from "../../src/testing/virtual-clock.ts";
import type { SocketType } from "../../src/zmtp/socket-type.ts";

/** A clock, a network and what sockets need of them. */
export interface World {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly platform: SocketPlatform;
}

/** Jitter is always half of its range, so that delays are 0.75 of their interval. */
export function world(links: LinkOptions = {}): World {
  const clock = new VirtualClock();
  const network = new Network(clock, links);
  const platform: SocketPlatform = {
    transports: { tcp: network, ipc: network },
    clock,
    random: () => 0.5,
    inproc: new InprocHub(),
  };
  return { clock, network, platform };
}

/** A core together with all that it told. */
export interface Watched {
  readonly core: SocketCore;
  readonly pipes: Pipe[];
  readonly received: Message[];
  readonly events: SocketEvent[];
  /** The names of the events, each with the instant in ms at which it came. */
  readonly log: string[];
  /** Ends of pipes in order: the error's code, or `""`. */
  readonly ends: string[];
}

/** A core that remembers everything. */
export function watched(
  { platform, clock }: World,
  socketType: SocketType,
  options: SocketOptions & { readonly owner?: Partial<PipeOwner> } = {},
): Watched {
  const { owner, ...rest } = options;
  const seen = {
    pipes: [] as Pipe[],
    received: [] as Message[],
    events: [] as SocketEvent[],
    log: [] as string[],
    ends: [] as string[],
  };
  const core = new SocketCore({
    ...platform,
    ...rest,
    socketType,
    observer: (event) => {
      seen.events.push(event);
      seen.log.push(`${Math.round(clock.now())} ${event.type}`);
    },
    owner: {
      opened: (pipe) => seen.pipes.push(pipe),
      received: (_pipe, messages) => seen.received.push(...messages),
      drained: () => {},
      closed: (_pipe, error) =>
        seen.ends.push(error !== undefined && "code" in error ? String(error.code) : ""),
      ...owner,
    },
  });
  return { core, ...seen };
}

/** Connects by hand and sends everything in one chunk: greeting, READY and what follows. */
export async function blurt(
  { network }: World,
  endpoint: string,
  octets: Uint8Array,
): Promise<Wire> {
  const wire = await network.dial(parseEndpoint(endpoint), new AbortController().signal);
  wire.attach({ received: () => {}, drained: () => {}, closed: () => {} });
  wire.write([octets]);
  return wire;
}
