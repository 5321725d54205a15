/**
 * What runs in a thread of a pool: loads the service and serves it to the pool.
 *
 * @module
 */

import { workerData } from "node:worker_threads";

import { threads } from "../../dialects/threads/dialect.ts";
import type { MethodDescription } from "../../rpc/method.ts";
import { Registry } from "../../rpc/registry.ts";
import { WINDOW_DEFAULTS } from "../../rpc/receive-window.ts";
import { ServerCore } from "../../rpc/server.ts";
import { PortEnd, portTransport } from "../../transports/port.ts";
import { nodeClock } from "../clock.ts";
import { PLATFORM_PROTOTYPES } from "../platform-prototypes.ts";
import { type LoadedService, loadService } from "../source/load-service.ts";
import { CallersOfPool } from "./callers-of-pool.ts";
import {
  type FromThread,
  LANES,
  postParcel,
  reportError,
  type ServiceReport,
  type ThreadSetup,
  type ToThread,
} from "./thread-setup.ts";

/** The server in front has matched the arguments already. */
const ANY_ARGUMENTS: MethodDescription = {
  parameters: [{ name: "args", optional: true, rest: true }],
};

const { zerocall: setup } = workerData as { readonly zerocall: ThreadSetup };
const { port } = setup;
const end = new PortEnd({
  post: (parcel) => postParcel(port, parcel),
  counters: setup.counters,
  side: 1,
  endpoint: "the pool",
});

/** Serves until the pool says that it is enough. */
async function run(): Promise<void> {
  const loaded = await loadService(setup.specifier, setup.cwd, setup.describes);
  const callers = new CallersOfPool((transport) => end.open(LANES.callers, transport));
  const core = new ServerCore({
    name: loaded.name,
    clock: nodeClock,
    platformPrototypes: PLATFORM_PROTOTYPES,
    transport: portTransport((transport) => end.open(LANES.calls, transport)),
    dialects: [threads()],
    heartbeatMs: 0,
    poolSize: Infinity,
    maxQueuedCalls: Infinity,
    maxCallsPerPeer: Infinity,
    maxStreamsPerPeer: Infinity,
    // They stay in this process unless the server in front lets them out.
    sendStacks: true,
    window: WINDOW_DEFAULTS,
    interceptors: [],
    observer: undefined,
    resolveEndpoint: (endpoint) => endpoint,
    lineTo: (origin) => callers.lineTo(origin),
  });
  core.registry.addService("", loaded.service, { describe: () => ANY_ARGUMENTS });
  port.on("message", (message: ToThread) => {
    if ("type" in message) void core.close().then(() => process.exit());
    else end.receive(message);
  });
  post({ type: "ready", service: setup.describes ? reportOf(loaded) : undefined });
}

function reportOf({ service, name, describe }: LoadedService): ServiceReport {
  const registry = new Registry(name, PLATFORM_PROTOTYPES);
  registry.addService("", service, { describe });
  const prototype: unknown = Object.getPrototypeOf(service);
  return {
    name,
    instance: prototype !== null && prototype !== Object.prototype,
    methods: registry.methods.map(({ name: method, description, arity, exposed = false }) => ({
      name: method,
      description,
      arity,
      exposed,
    })),
  };
}

function post(message: FromThread): void {
  port.postMessage(message);
}

run().catch((error: unknown) => post({ type: "failed", error: reportError(error) }));
