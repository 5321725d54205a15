/**
 * The endpoints at which this thread accepts connections, for those who are about to block it.
 *
 * Each thread has its own list, as each has its own copy of this module.
 *
 * @module
 */

import { networkInterfaces } from "node:os";
import { resolve } from "node:path";

import { type Endpoint, parseEndpoint } from "../sockets/endpoint.ts";
import type { Listening } from "../sockets/dialer.ts";

const listeners = new Set<Listening>();

/** What the name localhost stands for. RFC 6761, section 6.3. */
const LOOPBACK: readonly string[] = ["127.0.0.1", "::1"];

/** Takes note of a listener until it is closed. */
export function noteListener(listening: Listening): Listening {
  const noted: Listening = {
    endpoint: listening.endpoint,
    close: () => {
      listeners.delete(noted);
      return listening.close();
    },
  };
  listeners.add(noted);
  return noted;
}

/**
 * Whether what connects to an endpoint would come to this thread, as far as can be seen without
 * asking a name service.
 *
 * @throws {UsageError} `USAGE_ENDPOINT`
 */
export function isServedHere(endpoint: string): boolean {
  if (listeners.size === 0) return false;
  const wanted = parseEndpoint(endpoint);
  for (const listener of listeners) {
    if (leadsTo(wanted, parseEndpoint(listener.endpoint))) return true;
  }
  return false;
}

function leadsTo(wanted: Endpoint, bound: Endpoint): boolean {
  if (wanted.scheme === "ipc" && bound.scheme === "ipc") {
    const abstract = wanted.path.startsWith("@") || bound.path.startsWith("@");
    return abstract ? wanted.path === bound.path : resolve(wanted.path) === resolve(bound.path);
  }
  if (wanted.scheme !== "tcp" || bound.scheme !== "tcp" || wanted.port !== bound.port) return false;
  const addresses = wanted.host === "localhost" ? LOOPBACK : [wanted.host];
  return addresses.includes(bound.host) || (isAny(bound.host) && isOwn(wanted.host));
}

function isAny(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function isOwn(host: string): boolean {
  if (host === "localhost" || host === "::1" || host.startsWith("127.") || isAny(host)) return true;
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((own) => own?.address === host);
}
