/**
 * A process that may not do everything, also where its tests are run by root.
 *
 *     node unprivileged.mjs '{"warmUp": endpoint, "binds": [endpoint], "endpoint": …}'
 *
 * Tells how each bind ends, how a call to `endpoint` ends that may take half a second, and then how one
 * ends that waits.
 *
 * @module
 */

import { Client, Server } from "zerocall";

/** Nobody, as most systems number it. */
const NOBODY = 65_534;

const { warmUp, binds, endpoint } = JSON.parse(process.argv[2] ?? "{}");
const tell = (value) => process.send?.({ value });
const outcome = (promise) =>
  promise.then(
    (value) => ({ value }),
    ({ code, message, mayHaveRun }) => ({ code, message, mayHaveRun }),
  );

// What is loaded with the first call is loaded while it can be read, wherever it lies.
const server = new Server({ who: () => process.pid });
await server.bind(warmUp);
const first = new Client(warmUp);
await first.who();
await first.close();

if (process.getuid?.() === 0) {
  process.setgroups([]);
  process.setgid(NOBODY);
  process.setuid(NOBODY);
}

for (const asked of binds) tell({ asked, ...(await outcome(server.bind(asked))) });

const client = new Client(endpoint);
tell({ asked: "soon", ...(await outcome(client.call("who", [], { timeoutMs: 500 }))) });
tell({ asked: "later", ...(await outcome(client.call("who", [], { timeoutMs: 20_000 }))) });
await client.close();
await server.close();
process.disconnect?.();
