/**
 * One fault: real processes and real sockets, and at the end a look at what is left of them.
 *
 * @module
 */

import { type ChildProcess, fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { Client, type ClientOptions } from "../../src/node/client.ts";
import { freshFolder } from "../support/ipc.ts";
import { within } from "../support/within.ts";
import { type Passing, Proxy } from "./proxy.ts";

const PROGRAMS = import.meta.dirname;
/** How long everything may take to come to rest after a fault, in ms. */
const REST_MS = 3000;

/** Whether the rows that take long are run at full length; see docs/guide/faults.md. */
export const SLOW: boolean = process.env["FAULTS_SLOW"] === "1";

/** What a server's process holds. */
export interface Holds {
  readonly openCalls: number;
  readonly handles: number;
  readonly timers: number;
  readonly heapBytes: number;
  /** Items that `items` has made, and streams that have ended. */
  readonly made: number;
  readonly ended: number;
  /** Handlers of `hang` whose caller has given up. */
  readonly aborted: number;
}

/** How a server is started. */
export interface ServerPlan {
  readonly bind?: readonly string[];
  readonly connect?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** A script that is loaded before everything else. */
  readonly preload?: string;
  /** The most descriptors that the process may have. */
  readonly descriptors?: number;
}

/** A program of this folder in a process of its own. */
export class Child {
  readonly #process: ChildProcess;
  readonly #said: unknown[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  #stderr = "";
  #orders = 0;
  #leaving = false;

  constructor(program: string, args: readonly string[], plan: ServerPlan = {}) {
    const { descriptors, preload } = plan;
    const execArgv = ["--expose-gc", ...(preload === undefined ? [] : ["--import", preload])];
    const [path, words] =
      descriptors === undefined ? [join(PROGRAMS, program), args] : [join(PROGRAMS, program), args];
    this.#process = fork(path, words, {
      execArgv,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      ...(descriptors !== undefined && {
        execPath: join(PROGRAMS, "limited-node.sh"),
        env: { ...process.env, NODE: process.execPath, DESCRIPTORS: String(descriptors) },
      }),
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#process.on("message", (said) => {
      this.#said.push(said);
      for (const wake of this.#waiters) wake();
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => resolve({ code, signal }));
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves with the first thing said that fits. */
  heard(
    fits: (said: { readonly id?: number; readonly value: unknown }) => boolean,
  ): Promise<unknown> {
    const found = new Promise<unknown>((resolve, reject) => {
      void this.#ended.then(() => reject(new Error(`a child has ended: ${this.#stderr}`)));
      const look = (): void => {
        const said = this.#said.find((one) => fits(one as { readonly value: unknown }));
        if (said === undefined) return;
        this.#waiters.delete(look);
        resolve((said as { readonly value: unknown }).value);
      };
      this.#waiters.add(look);
      look();
    });
    return within(found, `word of a child, which said on stderr: ${this.#stderr}`, 20_000);
  }

  /** Orders something and resolves with the answer. */
  order(order: "holds" | "drain" | "close"): Promise<unknown> {
    this.#leaving ||= order !== "holds";
    const id = ++this.#orders;
    this.#process.send({ id, order });
    return this.heard((said) => said.id === id);
  }

  async holds(): Promise<Holds> {
    return (await this.order("holds")) as Holds;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Kills it, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** Resolves when it has ended by itself. */
  ended(ms = 20_000): Promise<{ readonly code: number | null; readonly signal: string | null }> {
    return within(this.#ended, `end of a child, which said on stderr: ${this.#stderr}`, ms);
  }

  /** Whether it can be asked what it holds. */
  get alive(): boolean {
    return !this.#leaving && this.#process.exitCode === null && this.#process.signalCode === null;
  }
}

/** What one test uses, and what has to be gone at its end. */
export class Scene implements AsyncDisposable {
  readonly #folder = freshFolder();
  readonly #journal = join(this.#folder.path, "journal");
  readonly #clients: Client[] = [];
  readonly #servers: Child[] = [];
  readonly #others: Child[] = [];
  readonly #proxies: Proxy[] = [];

  constructor() {
    writeFileSync(this.#journal, "");
  }

  /** A folder of its own for socket files. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Starts a server; resolves with it and where it is bound. */
  async server(
    plan: ServerPlan = {},
  ): Promise<{ readonly child: Child; readonly endpoint: string }> {
    const { bind = ["tcp://127.0.0.1:0"], connect = [], options = {} } = plan;
    const asked = { bind: plan.connect === undefined ? bind : [], connect, options };
    const args = [JSON.stringify({ ...asked, journal: this.#journal })];
    const child = new Child("server.mjs", args, plan);
    this.#servers.push(child);
    const [endpoint = ""] = (await child.heard((said) => said.id === 0)) as readonly string[];
    return { child, endpoint };
  }

  /** Starts a client that does one thing; see client.mjs. */
  program(endpoint: string, deed: string): Child {
    const child = new Child("client.mjs", [JSON.stringify({ endpoint }), deed]);
    this.#others.push(child);
    return child;
  }

  /** Starts what may not do everything; see unprivileged.mjs. */
  unprivileged(plan: { readonly binds: readonly string[]; readonly endpoint: string }): Child {
    const warmUp = `ipc://${this.folder}/warm.sock`;
    const child = new Child("unprivileged.mjs", [JSON.stringify({ warmUp, ...plan })]);
    this.#others.push(child);
    return child;
  }

  /** Starts a hub; resolves with it and its two endpoints. */
  async hub(
    front = "tcp://127.0.0.1:0",
    back = "tcp://127.0.0.1:0",
  ): Promise<{ readonly child: Child; readonly front: string; readonly back: string }> {
    const child = new Child("hub.mjs", [front, back]);
    this.#others.push(child);
    const ends = (await child.heard((said) => said.id === 0)) as readonly string[];
    return { child, front: ends[0] ?? "", back: ends[1] ?? "" };
  }

  client(endpoint: string | readonly string[], options: ClientOptions = {}): Client {
    const client = new Client(endpoint, options);
    this.#clients.push(client);
    return client;
  }

  async proxy(target: string, passing?: Passing, path?: string): Promise<Proxy> {
    const proxy = await Proxy.before(target, passing, path);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** How often `work` has run under each name, in all processes. */
  get runs(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const name of readFileSync(this.#journal, "utf8").split("\n")) {
      if (name !== "") counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /** Checks that no call is left open on either side. */
  async checkCalls(): Promise<void> {
    for (const client of this.#clients) await eventually(() => client.openCalls === 0);
    for (const server of this.#servers) {
      if (server.alive) await eventually(async () => (await server.holds()).openCalls === 0);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    for (const child of [...this.#servers, ...this.#others]) {
      child.signal("SIGCONT");
      await child.kill();
    }
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** A row of the table in docs/guide/faults.md, and its test. */
export function fault(name: string, body: (scene: Scene) => Promise<void>, ms = 30_000): void {
  // oxlint-disable-next-line vitest/expect-expect -- the body expects, and the scene checks what is left
  test(
    name,
    async () => {
      const before = resources();
      {
        await using scene = new Scene();
        await body(scene);
        await scene.checkCalls();
      }
      await eventually(() => resources() <= before);
    },
    ms,
  );
}

/** Sockets, pipes, processes and timers of this process. */
function resources(): number {
  return process.getActiveResourcesInfo().length;
}

/** Waits until something is so; the test fails when it does not become so. */
export async function eventually(
  is: () => boolean | Promise<boolean>,
  ms = REST_MS,
): Promise<void> {
  const endAt = performance.now() + ms;
  while (!(await is())) {
    if (performance.now() > endAt) throw new Error(`not so within ${ms} ms: ${is.toString()}`);
    await setTimeout(10);
  }
}

/** How a promise ended, and after how many ms. */
export async function timed(
  promise: PromiseLike<unknown>,
): Promise<{ readonly outcome: unknown; readonly ms: number }> {
  const startedAt = performance.now();
  const outcome = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  return { outcome, ms: performance.now() - startedAt };
}

/** Checks how a call failed, and within how many ms. */
export function expectFailure(
  { outcome, ms }: { readonly outcome: unknown; readonly ms: number },
  seen: { readonly status: string; readonly mayHaveRun: boolean; readonly message: RegExp },
  withinMs: number,
): void {
  expect(outcome).toMatchObject({ status: seen.status, mayHaveRun: seen.mayHaveRun });
  expect((outcome as Error).message).toMatch(seen.message);
  expect(ms).toBeLessThan(withinMs);
}
