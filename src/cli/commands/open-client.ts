/**
 * A client with the links that the command line names.
 *
 * @module
 */

import { Client } from "../../node/index.ts";
import type { ClientOptions } from "../arguments.ts";
import { debugLogger } from "../debug-logger.ts";
import type { Output } from "../output.ts";
import { loadDialects } from "../protocols.ts";
import { loadSecurity } from "../security.ts";
import { tellUnreachable } from "./reachability.ts";

/**
 * Makes a client, binds and connects it, and tells of each on stderr. Who gets it closes it.
 *
 * @throws {UsageError} `USAGE_ENDPOINT`
 * @throws {TransportError} when an endpoint cannot be bound
 */
export async function openClient(options: ClientOptions, output: Output): Promise<Client> {
  const [dialect] = await loadDialects(options);
  const security = await loadSecurity(options.security, (text) => output.note(text));
  tellUnreachable(output, options.timeoutMs);
  const client = new Client(undefined, {
    ...(security !== undefined && { security }),
    ...(dialect === undefined ? {} : { dialect }),
    timeoutMs: options.timeoutMs,
    heartbeatMs: options.heartbeatMs,
    passiveHeartbeat: !options.activeHeartbeat,
    ...(options.debug ? { logger: debugLogger(output) } : {}),
  });
  try {
    for (const endpoint of options.bind) {
      // The real endpoint is known only afterwards: port 0 becomes a free one.
      output.note(`binding to "${await client.bind(endpoint)}"`);
    }
    for (const endpoint of options.connect) {
      client.connect(endpoint);
      output.note(`connecting to "${endpoint}"`);
    }
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}
