/**
 * The server of the measures of growth, in a process of its own.
 *
 *     node --expose-gc server.js '{"methods":100,"interceptors":0}'
 *
 * @module
 */

import { type Interceptor, Server } from "zerocall";

/** What it serves. */
export interface GrowthServerOptions {
  /** Further methods, `m0` and so on, beside those of {@link GrowthService}. */
  readonly methods?: number;
  readonly interceptors?: number;
}

/** What is asked of it. */
export type GrowthOrder = "usage" | "cpu" | "close";

/** What it says. */
export type GrowthNews =
  | { readonly type: "listening"; readonly endpoint: string; readonly startedMs: number }
  | ({ readonly type: "usage" } & Usage)
  | { readonly type: "cpu"; readonly micros: number };

/** What a process uses, after its garbage was collected. */
export interface Usage {
  /** JavaScript objects and the buffers that they hold. */
  readonly heapBytes: number;
  /** The whole process as the kernel sees it. */
  readonly rssBytes: number;
}

/** The methods that every measure finds. */
export const growthService = {
  add: (a: number, b: number): number => a + b,
  echo: (body: Uint8Array): Uint8Array => body,
  /** A stream that stays open: one item, and no end. */
  async *hold(): AsyncGenerator<number, void, void> {
    yield 1;
    await new Promise<void>(() => {});
  },
};

/** Collects garbage where Node was started with `--expose-gc`, and says what is used. */
export function takeUsage(): Usage {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, rssBytes: rss };
}

/** CPU time of this process since its start, in µs. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** An interceptor that does nothing but pass on. */
export const passing: Interceptor = (call, next) => next(call);

function manyMethods(count: number): Record<string, (n: number) => number> {
  const made = Array.from({ length: count }, (_, index) => [`m${index}`, (n: number) => n + index]);
  return Object.fromEntries(made) as Record<string, (n: number) => number>;
}

function tell(news: GrowthNews): void {
  process.send?.(news);
}

async function main(options: GrowthServerOptions): Promise<void> {
  const methods = manyMethods(options.methods ?? 0);
  const start = performance.now();
  const server = new Server(
    { ...growthService, ...methods },
    {
      interceptors: Array.from({ length: options.interceptors ?? 0 }, () => passing),
      // One client has all the streams whose memory is measured.
      maxStreamsPerPeer: Infinity,
    },
  );
  const startedMs = performance.now() - start;
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  process.on("message", (order: GrowthOrder) => {
    if (order === "usage") tell({ type: "usage", ...takeUsage() });
    else if (order === "cpu") tell({ type: "cpu", micros: cpuMicros() });
    else void server.close().then(() => process.exit());
  });
  process.once("disconnect", () => process.exit());
  tell({ type: "listening", endpoint, startedMs });
}

if (process.send !== undefined && process.argv[2]?.startsWith("{") === true) {
  await main(JSON.parse(process.argv[2]) as GrowthServerOptions);
}
