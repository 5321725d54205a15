/**
 * Binding and connecting to endpoints that may have to be resolved first.
 *
 * @module
 */

import { isThenable } from "./pump.ts";
import type { Observer } from "./rpc-event.ts";
import type { Transport, TransportOwner } from "./transport.ts";

/** What it takes to bind and to connect. */
export interface EndpointParts {
  readonly transport: Transport;
  readonly owner: TransportOwner;
  readonly resolveEndpoint: (endpoint: string) => string | Promise<string>;
  readonly observer: Observer | undefined;
}

/** Binds, and resolves with the real endpoint. */
export async function bindEndpoint(endpoint: string, parts: EndpointParts): Promise<string> {
  const bound = await parts.transport.bind(await parts.resolveEndpoint(endpoint));
  parts.observer?.({ type: "bound", endpoint: bound });
  return bound;
}

/**
 * Starts connecting; at once, where the endpoint needs no resolving.
 *
 * @param wanted - asked again when it was resolved: the owner may have closed meanwhile
 */
export function connectEndpoint(
  endpoint: string,
  parts: EndpointParts,
  wanted: () => boolean,
): void {
  const connect = (real: string): void => {
    if (!wanted()) return;
    parts.transport.connect(real);
    parts.observer?.({ type: "connecting", endpoint: real });
  };
  const resolved = parts.resolveEndpoint(endpoint);
  if (!isThenable(resolved)) connect(resolved);
  else {
    // What is resolved to no endpoint fails like what is not resolved at all.
    resolved.then(connect).catch((error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      parts.owner.unreachable(endpoint, reason);
    });
  }
}
