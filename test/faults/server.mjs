/**
 * A server in a process of its own, for tests that take it away.
 *
 *     node server.mjs '{"bind": [endpoint], "connect": [endpoint], "options": {…}, "journal": path}'
 *
 * Each run of `work` writes its name into the journal first, so that a test knows how often it ran,
 * whatever became of the process. Says what it holds when it is asked over its channel.
 *
 * @module
 */

import { appendFileSync } from "node:fs";
import { callContext, Server } from "zerocall";

const { bind = [], connect = [], options = {}, journal } = JSON.parse(process.argv[2] ?? "{}");
// Opened now, so that a first warning does not look like a leak.
void process.stderr;

const counts = { made: 0, ended: 0, aborted: 0 };

const note = (name) => appendFileSync(journal, `${name}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const server = new Server(
  {
    /** Takes some time, and leaves a trace of having run. */
    async work(name, ms = 0) {
      note(name);
      if (ms > 0) await pause(ms);
      return name;
    },
    who: () => process.pid,
    /** Ends when its caller has given up. */
    hang() {
      const { signal } = callContext();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          counts.aborted++;
          reject(signal.reason);
        });
      });
    },
    /** As many items as are asked for, and a pause in front of each. */
    async *items(ms = 0) {
      try {
        for (;;) {
          if (ms > 0) await pause(ms);
          yield counts.made++;
        }
      } finally {
        counts.ended++;
      }
    },
    async sum(numbers) {
      let total = 0;
      try {
        for await (const number of numbers) total += number;
        return total;
      } finally {
        counts.ended++;
      }
    },
    /** Keeps the whole process busy. */
    block(ms) {
      const until = performance.now() + ms;
      while (performance.now() < until);
      return "blocked";
    },
    echo: (value) => value,
  },
  options,
);

const endpoints = [];
for (const endpoint of bind) endpoints.push(await server.bind(endpoint));
for (const endpoint of connect) server.connect(endpoint);

const ORDERS = {
  holds: () => {
    globalThis.gc?.();
    const resources = process.getActiveResourcesInfo();
    const timers = resources.filter((name) => name === "Timeout").length;
    return {
      ...counts,
      openCalls: server.openCalls,
      handles: resources.length - timers,
      timers,
      heapBytes: process.memoryUsage().heapUsed,
    };
  },
  drain: () => server.drain(10_000),
  close: () => server.close(),
};

const obey = async ({ id, order }) => {
  const value = await ORDERS[order]();
  process.send({ id, value });
  if (order !== "holds") process.disconnect();
};

process.on("message", (order) => void obey(order));
process.once("disconnect", () => void server.close());
process.send({ id: 0, value: endpoints });
