/**
 * One half of a peer in a process of its own, told by the driver what to do.
 *
 *     node half.js serve <peer>
 *     node half.js load <peer> <endpoint>
 *
 * @module
 */

import { loadPeer } from "./peers.ts";
import { type FunctionShare, type SampleKind, Sampler } from "./profile/sampler.ts";
import { Runner, WORKLOADS, type Timing } from "./workload.ts";

/** What the driver asks. */
export type Order =
  | { readonly type: "run"; readonly workload: string; readonly ms: number }
  | { readonly type: "cpu" }
  | { readonly type: "sample"; readonly kind: SampleKind }
  | { readonly type: "sampled" }
  | { readonly type: "close" };

/** What a half answers, one answer per order, and `ready` before the first. */
export type Answer =
  | { readonly type: "ready"; readonly endpoint: string }
  | { readonly type: "timing"; readonly timing: Timing }
  | { readonly type: "cpu"; readonly micros: number }
  | { readonly type: "sampling" }
  | { readonly type: "shares"; readonly shares: readonly FunctionShare[] }
  | { readonly type: "closed" }
  | { readonly type: "failed"; readonly message: string };

function tell(answer: Answer): void {
  process.send?.(answer);
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

type Run = (workload: string, ms: number) => Promise<Timing>;

function obey(run: Run, close: () => Promise<void>): void {
  let sampler: Sampler | undefined;
  const carryOut = async (order: Order): Promise<Answer> => {
    switch (order.type) {
      case "run":
        return { type: "timing", timing: await run(order.workload, order.ms) };
      case "cpu":
        return { type: "cpu", micros: cpuMicros() };
      case "sample":
        sampler = await Sampler.start(order.kind);
        return { type: "sampling" };
      case "sampled": {
        const shares = (await sampler?.stop()) ?? [];
        return { type: "shares", shares };
      }
      case "close":
        await close();
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
  obey(refuse, () => serving.close());
  tell({ type: "ready", endpoint: serving.endpoint });
}

async function loadHalf(name: string, endpoint: string): Promise<void> {
  const peer = await loadPeer(name);
  const runner = new Runner();
  const load = await peer.connect(endpoint, runner);
  const run: Run = async (workload, ms) => {
    const known = WORKLOADS[workload];
    if (known === undefined) throw new RangeError(`there is no workload "${workload}"`);
    return await runner.run(load, known, ms);
  };
  obey(run, () => load.close());
  tell({ type: "ready", endpoint });
}

// The driver has what it wants, or is gone.
process.once("disconnect", () => process.exit());

const [role, name = "", endpoint = ""] = process.argv.slice(2);
const started = role === "serve" ? serveHalf(name) : loadHalf(name, endpoint);
started.catch((error: unknown) => {
  tell({ type: "failed", message: String(error) });
  process.exitCode = 1;
});
