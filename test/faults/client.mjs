/**
 * A client in a process of its own, for tests that take it away or let it run dry.
 *
 *     node client.mjs '{"endpoint": …, "options": {…}}' <what>
 *
 * Tells what it sees in lines of JSON on its channel, and ends when it is done.
 *
 * @module
 */

import { Client } from "zerocall";

const { endpoint, options = {} } = JSON.parse(process.argv[2] ?? "{}");
const tell = (value) => process.send?.({ value });

const client = new Client(endpoint, options);

const outcome = (promise) =>
  promise.then(
    (value) => ({ value }),
    ({ status, message, mayHaveRun }) => ({ status, message, mayHaveRun }),
  );

const DEEDS = {
  /** Reads a stream until it is killed. */
  async stream() {
    let items = 0;
    for await (const _item of client.items(1)) if (++items % 10 === 0) tell(items);
  },
  /** Waits for a call until it is killed. */
  async hang() {
    const answer = client.hang();
    await client.who();
    tell("waiting");
    await answer;
  },
  /** Makes a call with a time limit of a second, and tells how long that took by another clock. */
  async wait() {
    const startedAt = performance.now();
    const answer = outcome(client.call("hang", [], { timeoutMs: 1000 }));
    await client.who();
    tell("waiting");
    tell({ ...(await answer), tookMs: performance.now() - startedAt });
  },
};

await DEEDS[process.argv[3]]();
await client.close();
process.disconnect?.();
