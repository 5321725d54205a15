/**
 * A server process of the soak.
 *
 *     node --expose-gc server.js <endpoint>
 *
 * @module
 */

import { Server } from "zerocall";
import { takeSample, type Sample } from "./sample.ts";
import { SoakService } from "./service.ts";

/** What the soak asks a server process. */
export type ServerOrder = "sample" | "drain" | "close";

/** What a server process says: where it listens, what it holds. */
export type ServerNews =
  | { readonly type: "listening"; readonly endpoint: string }
  | { readonly type: "sample"; readonly sample: Sample };

function tell(news: ServerNews): void {
  process.send?.(news);
}

/** How long calls may take that run when a server leaves, in ms. */
const DRAIN_MS = 10_000;

const server = new Server(new SoakService());
const endpoint = await server.bind(process.argv[2] ?? "tcp://127.0.0.1:0");

process.on("message", (order: ServerOrder) => {
  if (order === "sample") tell({ type: "sample", sample: takeSample(server.openCalls) });
  else {
    const over = order === "drain" ? server.drain(DRAIN_MS) : server.close();
    void over.then(() => process.disconnect());
  }
});
// Nobody is left to serve when the soak itself is gone.
process.once("disconnect", () => process.exit());
tell({ type: "listening", endpoint });
