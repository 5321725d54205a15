/**
 * One half of a peer in a process of its own, told by the driver what to do.
 *
 *     node half.js serve <peer>
 *     node half.js load <peer> <endpoint>
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { Timing } from "./contract.ts";
import { loadPeer } from "./peers.ts";
import { type FunctionShare, type SampleKind, Sampler } from "./profile/sampler.ts";
import { Runner, WORKLOADS } from "./workload.ts";

/** What the driver asks. */
export type Order =
  | { readonly type: "run"; readonly workload: string; readonly ms: number }
  | { readonly type: "cpu" }
  | { readonly type: "sample"; readonly kind: SampleKind }
  | { readonly type: "sampled" }
  | { readonly type: "close" };

/** What a half answers, one answer per order, and `ready` before the first. */
export type Answer =
  | { readonly type: "ready"; readonly endpoint: string; readonly streams?: boolean }
  | { readonly type: "timing"; readonly timing: Timing }
  | { readonly type: "cpu"; readonly micros: number }
  | { readonly type: "sampling" }
  | { readonly type: "shares"; readonly shares: readonly FunctionShare[] }
  | { readonly type: "closed" }
  | { readonly type: "failed"; readonly message: string };

function tell(answer: Answer): void {
  process.send?.(answer);
}

/** The kernel counts the time of other processes in ticks of so many µs. */
const TICK_MICROS = 10_000;
/** Where user and system time are in `/proc/<pid>/stat`, counted behind the process's name. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

/** CPU time of another process, with those of its children that have ended. Linux only. */
function otherMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * TICK_MICROS;
}

function cpuMicros(others: readonly number[]): number {
  const { user, system } = process.cpuUsage();
  return others.reduce((sum, pid) => sum + otherMicros(pid), user + system);
}

type Run = (workload: string, ms: number) => Promise<Timing>;

/** What orders are carried out on. */
interface Obedient {
  readonly run: Run;
  readonly processes: readonly number[];
  close(): Promise<void>;
}

function obey(half: Obedient): void {
  let sampler: Sampler | undefined;
  const carryOut = async (order: Order): Promise<Answer> => {
    switch (order.type) {
      case "run":
        return { type: "timing", timing: await half.run(order.workload, order.ms) };
      case "cpu":
        return { type: "cpu", micros: cpuMicros(half.processes) };
      case "sample":
        sampler = await Sampler.start(order.kind);
        return { type: "sampling" };
      case "sampled": {
        const shares = (await sampler?.stop()) ?? [];
        return { type: "shares", shares };
      }
      case "close":
        await half.close();
        return { type: "closed" };
    }
  };
  process.on("message", (order: Order) => {
    carryOut(order).then(tell, (error: unknown) =>
      tell({ type: "failed", message: String(error) }),
    );
  });
}

async function serveHalf(name: string): Promise<void> {
  const peer = await loadPeer(name);
  const serving = await peer.serve();
  const refuse: Run = () => Promise.reject(new Error("a server half runs no workload"));
  obey({ run: refuse, processes: serving.processes ?? [], close: () => serving.close() });
  tell({ type: "ready", endpoint: serving.endpoint });
}

async function loadHalf(name: string, endpoint: string): Promise<void> {
  const peer = await loadPeer(name);
  const runner = new Runner();
  const load = await peer.connect(endpoint, runner);
  if (!("calls" in load)) await load.check?.();
  const run: Run = async (workload, ms) => {
    const known = WORKLOADS[workload];
    if (known === undefined) throw new RangeError(`there is no workload "${workload}"`);
    return await runner.run(load, known, ms);
  };
  const processes = "calls" in load ? load.processes : [];
  obey({ run, processes, close: () => load.close() });
  tell({ type: "ready", endpoint, streams: load.stream !== undefined });
}

// The driver has what it wants, or is gone.
process.once("disconnect", () => process.exit());

const [role, name = "", endpoint = ""] = process.argv.slice(2);
const started = role === "serve" ? serveHalf(name) : loadHalf(name, endpoint);
started.catch((error: unknown) => {
  tell({ type: "failed", message: String(error) });
  process.exitCode = 1;
});
