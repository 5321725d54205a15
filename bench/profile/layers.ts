/**
 * From sampled functions to the layers of a call.
 *
 * @module
 */

import type { FunctionShare } from "./sampler.ts";

interface LayerRule {
  readonly title: string;
  /** Which files belong to it, by their path in the repository; `node:` for Node's own. */
  readonly file: RegExp;
  /** Which functions of those files, when not all of them. */
  readonly name?: RegExp;
}

/** Functions of a dialect that write; its others read. */
const WRITES = /^#?(?:encode|write|toMessage|take|rawId|open|reserve|add|finish)/;
const PROMISES = /^(?:Promise|then|resolve|runMicrotasks|processTicksAndRejections|async .*)$/;

/** In the order in which a call goes down; the first rule that fits counts. */
const RULES: readonly LayerRule[] = [
  { title: "promises and microtasks", file: /^$/, name: PROMISES },
  { title: "promises and microtasks", file: /^node:internal\/process\/task_queues/ },
  { title: "caller and handler", file: /^bench\// },
  {
    title: "client",
    file: /^src\/(?:node\/client|rpc\/(?:client|caller|client-call|call|remote|remote-stream|item-queue))\.ts$/,
  },
  {
    title: "dispatcher",
    file: /^src\/rpc\/(?:server|dispatcher|server-call|method|registry|context|arguments|pump|interceptor|reply-cache)\.ts$/,
  },
  { title: "session and timers", file: /^src\/(?:rpc\/|base\/timer-wheel|node\/clock)/ },
  { title: "dialect, writing", file: /^src\/dialects\//, name: WRITES },
  { title: "dialect, reading", file: /^src\/dialects\// },
  { title: "values, writing", file: /^src\/codec\/.*writer/ },
  { title: "values, reading", file: /^src\/codec\// },
  { title: "frames, writing", file: /^src\/zmtp\/frame-encoder/ },
  {
    title: "frames, writing",
    file: /^src\/zmtp\//,
    name: /^(?:send|takeOutput|subscribe|cancel)/,
  },
  { title: "frames, reading", file: /^src\/zmtp\// },
  { title: "sockets and transport", file: /^src\/(?:sockets|transports)\// },
  { title: "our side of node:net", file: /^src\/(?:node|base)\// },
  { title: "node:net", file: /^node:/ },
  { title: "garbage collector", file: /^$/, name: /^\(garbage collector\)$/ },
  { title: "kernel and libuv", file: /^$/ },
];

const OTHER = "other";

/** All layers, in the order in which a call goes down. */
export const LAYERS: readonly string[] = [...new Set(RULES.map(({ title }) => title)), OTHER];

/** Time in which the process had nothing to do, and the time of the sampler itself. */
export function isOutside({ name, url }: FunctionShare): boolean {
  return (url === "" && (name === "(idle)" || name === "dispatch")) || url.includes("inspector");
}

/** The layer that a function belongs to. */
export function layerOf({ name, url }: FunctionShare): string {
  const file = shortPath(url);
  const rule = RULES.find(
    (each) => each.file.test(file) && (each.name === undefined || each.name.test(name)),
  );
  return rule?.title ?? OTHER;
}

/** A file's path from `src` or `bench` on; Node's own files and what has none are left alone. */
export function shortPath(url: string): string {
  return url.replace(/^.*\/(?=(?:src|bench)\/)/, "");
}
