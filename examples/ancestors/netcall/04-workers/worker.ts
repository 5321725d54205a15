/** One worker process: a service that connects instead of binding. */

import { Server } from "zerocall";
import { netcall } from "zerocall/dialects/netcall";

const service = {
  square: (n: number) => ({ value: n * n, pid: process.pid }),
};
export type Service = typeof service;

const [endpoint = ""] = process.argv.slice(2);
const server = new Server(service, { dialects: [netcall()] });
server.connect(endpoint);
