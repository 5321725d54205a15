/**
 * A server process as the soak sees it: started, asked what it holds, closed or killed.
 *
 * @module
 */

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Sample } from "./sample.ts";
import type { ServerNews, ServerOrder } from "./server.ts";

const PROGRAM = fileURLToPath(new URL("./server.js", import.meta.url));

/** One child process. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly endpoint: string;

  private constructor(child: ChildProcess, endpoint: string) {
    this.#child = child;
    this.endpoint = endpoint;
  }

  /** Starts a server; resolves once it listens. */
  static async start(endpoint = "tcp://127.0.0.1:0"): Promise<ServerProcess> {
    const child = fork(PROGRAM, [endpoint], { execArgv: ["--expose-gc"] });
    const news = await nextNews(child);
    if (news.type !== "listening") throw new Error(`expected an endpoint, got a ${news.type}`);
    return new ServerProcess(child, news.endpoint);
  }

  async sample(): Promise<Sample> {
    const answer = nextNews(this.#child);
    this.#child.send("sample" satisfies ServerOrder);
    const news = await answer;
    if (news.type !== "sample") throw new Error(`expected a sample, got ${news.type}`);
    return news.sample;
  }

  /** Ends the process without a chance to say goodbye. */
  async kill(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** Lets the server finish what it does. Resolves when its process has ended by itself. */
  drain(): Promise<void> {
    return this.#end("drain");
  }

  close(): Promise<void> {
    return this.#end("close");
  }

  async #end(order: ServerOrder): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.send(order);
    await ended;
  }
}

async function nextNews(child: ChildProcess): Promise<ServerNews> {
  const [news] = (await once(child, "message")) as [ServerNews];
  return news;
}
