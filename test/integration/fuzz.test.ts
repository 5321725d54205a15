/** The fuzzer: a short run over everything, always the same one, and whether it finds what is wrong. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

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
    const { code, output } = await fuzz("--executions", "100");
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
      await fuzz("msgpack", "--executions", "300"),
      await fuzz("msgpack", "--executions", "300"),
    ];
    expect(withoutRates(one)).toBe(withoutRates(other));
  },
  MAX_LIFE_MS,
);

test(
  "mistakes that were planted are found, the shortest input that shows them is said",
  async () => {
    const kinds = ["error", "prototype", "slow", "memory", "hang"];
    const targets = kinds.map((kind) => `planted-${kind}`);
    const { code, output } = await fuzz(...targets, "--executions", "50");
    for (const kind of kinds) expect(output).toContain(`FOUND in planted-${kind}: ${kind}: `);
    const bad = Buffer.from("<bad>").toString("hex");
    expect(output).toMatch(new RegExp(`planted-error.*BrokenLaw: a bad input[^]*?input ${bad} `));
    expect(output).toMatch(new RegExp(`planted-prototype[^]*?input ${bad} `));
    expect(code).toBe(1);
  },
  MAX_LIFE_MS,
);

test(
  "a target that is not there is an error",
  async () => {
    const { code, output } = await fuzz("greetings");
    expect(output).toContain("no target greetings; see --list");
    expect(code).toBe(1);
  },
  MAX_LIFE_MS,
);
