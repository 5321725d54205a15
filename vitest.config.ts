import { defineConfig } from "vitest/config";

/** One project per kind of test, so that the path says what a test proves. */
const kinds = [
  "unit",
  "property",
  "simulation",
  "conformance",
  "integration",
  "interop",
  "package",
] as const;

export default defineConfig({
  test: {
    projects: kinds.map((kind) => ({
      test: { name: kind, include: [`test/${kind}/**/*.test.ts`] },
    })),
  },
});
