import { defineConfig } from "vitest/config";

/**
 * Kinds without I/O: they may use all cores, and share processes, which makes them four times as
 * fast. What they test keeps no state in modules.
 */
const PURE = ["unit", "property", "simulation", "conformance"] as const;

/** Kinds with real sockets and processes: one file at a time, so that load cannot decide a test. */
const REAL = ["integration", "interop", "faults", "package", "smoke"] as const;

/** One project per kind of test, so that the path says what a test proves. */
export default defineConfig({
  test: {
    projects: [
      ...PURE.map((kind) => ({
        test: {
          name: kind,
          include: [`test/${kind}/**/*.test.ts`],
          pool: "forks" as const,
          isolate: false,
          setupFiles: ["test/support/property-seed.ts"],
          // They wait for nothing; this much only a machine with a lot of other work needs.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      })),
      ...REAL.map((kind, index) => ({
        test: {
          name: kind,
          include: [`test/${kind}/**/*.test.ts`],
          pool: "forks" as const,
          maxWorkers: 1,
          testTimeout: kind === "smoke" ? 180_000 : 30_000,
          hookTimeout: kind === "smoke" ? 180_000 : 30_000,
          sequence: { groupOrder: index + 1 },
        },
      })),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/ambient.d.ts", "src/**/index.ts"],
      reporter: ["text-summary", "html"],
      // A floor per layer, as each proves itself in another way: a pure layer has no excuse.
      thresholds: {
        "src/base/**": { branches: 95, lines: 95 },
        "src/zmtp/**": { branches: 100, lines: 100 },
        "src/sockets/**": { branches: 90, lines: 95 },
        "src/codec/**": { branches: 100, lines: 100 },
        "src/rpc/**": { branches: 90, lines: 95 },
        "src/dialects/**": { branches: 95, lines: 95 },
        "src/transports/**": { branches: 85, lines: 90 },
      },
    },
  },
});
