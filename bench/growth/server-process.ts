/**
 * The server process as a measure sees it.
 *
 * @module
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { GrowthNews, GrowthOrder, GrowthServerOptions, Usage } from "./server.ts";

const PROGRAM = fileURLToPath(new URL("./server.js", import.meta.url));

/** One server process. */
export class GrowthServer {
  readonly endpoint: string;
  /** How long the server took to be made, in ms. */
  readonly startedMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, endpoint: string, startedMs: number) {
    this.#child = child;
    this.endpoint = endpoint;
    this.startedMs = startedMs;
  }

  static async start(options: GrowthServerOptions = {}): Promise<GrowthServer> {
    const child = fork(PROGRAM, [JSON.stringify(options)], { execArgv: ["--expose-gc"] });
    const news = await nextNews(child);
    if (news.type !== "listening") throw new Error(`expected an endpoint, got ${news.type}`);
    return new GrowthServer(child, news.endpoint, news.startedMs);
  }

  async usage(): Promise<Usage> {
    const answer = nextNews(this.#child);
    this.#child.send("usage" satisfies GrowthOrder);
    const news = await answer;
    if (news.type !== "usage") throw new Error(`expected what is used, got ${news.type}`);
    return news;
  }

  /** CPU time since its start, in µs. */
  async cpuMicros(): Promise<number> {
    const answer = nextNews(this.#child);
    this.#child.send("cpu" satisfies GrowthOrder);
    const news = await answer;
    if (news.type !== "cpu") throw new Error(`expected a CPU time, got ${news.type}`);
    return news.micros;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.send("close" satisfies GrowthOrder);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function nextNews(child: ChildProcess): Promise<GrowthNews> {
  const [news] = (await once(child, "message")) as [GrowthNews];
  return news;
}
