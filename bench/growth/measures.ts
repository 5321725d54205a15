/**
 * All measures of growth by name, in the order of the report.
 *
 * @module
 */

import type { Measure } from "./measure.ts";

export const MEASURES: Readonly<Record<string, () => Promise<Measure>>> = {
  clients: async () => (await import("./clients.ts")).clients,
  memory: async () => (await import("./memory.ts")).memory,
  payloads: async () => (await import("./payloads.ts")).payloads,
  methods: async () => (await import("./methods.ts")).methods,
  interceptors: async () => (await import("./interceptors.ts")).interceptors,
  pool: async () => (await import("./pool.ts")).pool,
  startup: async () => (await import("./startup.ts")).startup,
};
