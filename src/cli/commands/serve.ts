/**
 * `zerocall --server --bind <address> <module>`: serves a module until a signal ends it.
 *
 * @module
 */

import { type Logger, Server, type ServerOptions, WorkerPool } from "../../node/index.ts";
import { loadService } from "../../node/source/index.ts";
import type { Command } from "../arguments.ts";
import { debugLogger, problemLogger } from "../debug-logger.ts";
import type { Interruption } from "../interruption.ts";
import type { Output } from "../output.ts";
import { loadPolicy } from "../policy.ts";
import { loadDialects } from "../protocols.ts";
import { loadSecurity } from "../security.ts";

type ServeCommand = Extract<Command, { type: "serve" }>;

/** How long calls that run may take when the server is asked to end. */
const DRAIN_MS = 10_000;

/**
 * Serves until SIGINT or SIGTERM, then drains: tells its clients to turn to other servers, finishes
 * the calls that run and closes.
 *
 * @returns the exit code: 0 after SIGTERM, 130 after Ctrl-C
 * @throws {SourceError} when there is nothing to serve
 * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_OPTION`
 * @throws {TransportError} when an endpoint cannot be bound
 */
export async function serve(
  command: ServeCommand,
  output: Output,
  interruption: Interruption,
): Promise<number> {
  const { links, module, poolSize, policyFile, workers } = command;
  const logger = links.debug ? debugLogger(output) : problemLogger(output);
  const { service, options, close } = await load(command, logger);
  try {
    const security = await loadSecurity(links.security, (text) => output.note(text));
    const policy = await loadPolicy(policyFile);
    await using server = new Server(service, {
      ...options,
      ...(policy !== undefined && { policy }),
      ...(security !== undefined && { security }),
      dialects: await loadDialects(links),
      heartbeatMs: links.heartbeatMs,
      sendStacks: true,
      logger,
      ...(poolSize === undefined ? {} : { poolSize }),
    });
    for (const endpoint of links.bind) {
      output.note(`binding to "${await server.bind(endpoint)}"`);
    }
    for (const endpoint of links.connect) {
      server.connect(endpoint);
      output.note(`connecting to "${endpoint}"`);
    }
    output.note(`serving "${module}"${placeOf(workers)}`);
    await aborted(interruption.signal);
    const { openCalls } = server;
    if (openCalls > 0) {
      const calls = openCalls === 1 ? "1 call" : `${openCalls} calls`;
      output.note(`finishing ${calls}, for at most ${DRAIN_MS / 1000} s`);
    }
    await server.drain(DRAIN_MS);
  } finally {
    await close();
  }
  return interruption.received === "SIGTERM" ? 0 : (interruption.exitCode ?? 0);
}

/** What to serve, and what ends with it. */
interface Loaded {
  readonly service: object;
  readonly options: Pick<ServerOptions, "name" | "describe">;
  readonly close: () => Promise<void>;
}

/** Loads the module, here or in worker threads. */
async function load({ module, workers }: ServeCommand, logger: Logger): Promise<Loaded> {
  if (workers === undefined) {
    const { service, name, describe } = await loadService(module, process.cwd());
    return { service, options: { name, describe }, close: () => Promise.resolve() };
  }
  const pool = await WorkerPool.start(module, { workers, logger });
  return { service: pool, options: {}, close: () => pool.close() };
}

function placeOf(workers: number | undefined): string {
  if (workers === undefined) return "";
  return ` in ${workers} worker thread${workers === 1 ? "" : "s"}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
