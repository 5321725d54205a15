/**
 * Where this process spends its time and its memory, function by function, as V8 samples it.
 *
 * @module
 */

import { Session, type HeapProfiler, type Profiler } from "node:inspector/promises";
import { type CallFrame, sourceOf } from "./sources.ts";

/** What is sampled: CPU time in µs, or octets on the heap, collected ones included. */
export type SampleKind = "time" | "space";

/** How much one function itself took; what it called is counted for itself. */
export interface FunctionShare {
  /** The function's name; in parentheses where V8 speaks of itself, such as `(garbage collector)`. */
  readonly name: string;
  /** URL of its source; empty for what is not JavaScript. */
  readonly url: string;
  /** µs or octets. */
  readonly amount: number;
}

const TIME_INTERVAL_MICROS = 100;
const SPACE_INTERVAL_BYTES = 4096;

/** One run of V8's sampling profilers over this process. */
export class Sampler {
  readonly #session = new Session();
  readonly #kind: SampleKind;

  private constructor(kind: SampleKind) {
    this.#kind = kind;
    this.#session.connect();
  }

  static async start(kind: SampleKind): Promise<Sampler> {
    const sampler = new Sampler(kind);
    const session = sampler.#session;
    if (kind === "time") {
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: TIME_INTERVAL_MICROS });
      await session.post("Profiler.start");
    } else {
      const collected = {
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      };
      const options: HeapProfiler.StartSamplingParameterType & typeof collected = {
        samplingInterval: SPACE_INTERVAL_BYTES,
        ...collected,
      };
      await session.post("HeapProfiler.startSampling", options);
    }
    return sampler;
  }

  /** Ends sampling and returns what each function took. */
  async stop(): Promise<FunctionShare[]> {
    const shares =
      this.#kind === "time"
        ? timeShares((await this.#session.post("Profiler.stop")).profile)
        : spaceShares((await this.#session.post("HeapProfiler.stopSampling")).profile);
    this.#session.disconnect();
    return shares;
  }
}

function timeShares({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): FunctionShare[] {
  const amounts = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    amounts.set(id, (amounts.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [root] = nodes;
  const sums = new Sums();
  if (root === undefined) return [];
  walk<Profiler.ProfileNode>(root, sums, {
    amountOf: ({ id }) => amounts.get(id) ?? 0,
    childrenOf: ({ children = [] }) =>
      children.map((id) => byId.get(id)).filter((node) => node !== undefined),
  });
  return sums.shares();
}

function spaceShares({ head }: HeapProfiler.SamplingHeapProfile): FunctionShare[] {
  const sums = new Sums();
  walk<HeapProfiler.SamplingHeapProfileNode>(head, sums, {
    amountOf: ({ selfSize }) => selfSize,
    childrenOf: ({ children }) => children,
  });
  return sums.shares();
}

interface Tree<Node> {
  readonly amountOf: (node: Node) => number;
  readonly childrenOf: (node: Node) => readonly Node[];
}

/** Built-ins that are counted for themselves; others, such as `subarray`, count for their caller. */
const OWN_BUILT_INS = /^(?:\(.*\)|Promise|then|resolve|runMicrotasks|write\w*|shutdown|dispatch)$/;

function walk<Node extends { readonly callFrame: CallFrame }>(
  root: Node,
  sums: Sums,
  { amountOf, childrenOf }: Tree<Node>,
): void {
  const rest = [{ node: root, caller: root.callFrame }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { callFrame } = next.node;
    const own = callFrame.url !== "" || OWN_BUILT_INS.test(callFrame.functionName);
    const counted = own ? callFrame : next.caller;
    const { name, url } = sourceOf(counted);
    sums.add(name, url, amountOf(next.node));
    for (const node of childrenOf(next.node)) rest.push({ node, caller: counted });
  }
}

class Sums {
  readonly #shares = new Map<string, { name: string; url: string; amount: number }>();

  add(name: string, url: string, amount: number): void {
    const key = `${url} ${name}`;
    const share = this.#shares.get(key);
    if (share === undefined) this.#shares.set(key, { name, url, amount });
    else share.amount += amount;
  }

  shares(): FunctionShare[] {
    return [...this.#shares.values()].filter(({ amount }) => amount > 0);
  }
}
