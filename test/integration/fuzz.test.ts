/** The fuzzer: a short run over everything, always the same one, and whether it finds what is wrong. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../build/fuzz/main.js", import.meta.url));
const MAX_LIFE_MS = 240_000;

interface Ended {
  readonly code: number;
  readonly output: string;
}

function fuzz(...words: string[]): Promise<Ended> {
  const all = [MAIN, "--fresh", "--seed", "1", ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { timeout: MAX_LIFE_MS }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 2), output: stdout + stderr });
    });
  });
}

/** What a run says but for its speed. */
function withoutRates({ output }: Ended): string {
  return output.replaceAll(/\d+\/s/g, "");
}

test(
  "nothing is found in a short run over every target",
  async () => {
    const { code, output } = await fuzz("--executions", "300");
    expect(output).not.toContain("FOUND");
    expect(code).toBe(0);
    expect(output).toMatch(/^greeting +\d+ executions .*coverage \d+ blocks/m);
    expect(output).toMatch(/^every-tongue +\d+ executions/m);
  },
  MAX_LIFE_MS,
);

test(
  "the same seed and number of executions do the same",
  async () => {
    const [one, other] = [
      await fuzz("msgpack", "--executions", "500"),
      await fuzz("msgpack", "--executions", "500"),
    ];
    expect(withoutRates(one)).toBe(withoutRates(other));
  },
  MAX_LIFE_MS,
);

describe("the fuzzer finds", () => {
  test.each([
    ["error", "BrokenLaw: a bad input"],
    ["prototype", "a prototype has changed"],
    ["slow", "ms for"],
    ["memory", "MB for"],
    ["hang", "not done after"],
  ])(
    "a planted %s, and says %s",
    async (kind, words) => {
      const { code, output } = await fuzz(`planted-${kind}`, "--executions", "400");
      expect(output).toContain(`FOUND in planted-${kind}: ${kind}: `);
      expect(output).toContain(words);
      expect(code).toBe(1);
    },
    MAX_LIFE_MS,
  );

  test("the shortest input that shows a mistake", async () => {
    const { output } = await fuzz("planted-error", "--executions", "400");
    expect(output).toContain(`input ${Buffer.from("<bad>").toString("hex")} (5)`);
  });
});

test("a target that is not there is an error", async () => {
  const { code, output } = await fuzz("greetings");
  expect(output).toContain("no target greetings; see --list");
  expect(code).toBe(1);
});
