/**
 * Which endpoints can be reached from other hosts.
 *
 * @module
 */

import { parseEndpoint } from "./endpoint.ts";

/**
 * Tells whether a bound endpoint is open to other hosts: TCP anywhere but on loopback.
 *
 * @param endpoint - as it was given to `bind`: what is bound everywhere may be called by one address
 */
export function isExposed(endpoint: string): boolean {
  const parsed = parseEndpoint(endpoint);
  if (parsed.scheme !== "tcp") return false;
  const { host } = parsed;
  return !(host.startsWith("127.") || host === "::1" || host === "localhost");
}
