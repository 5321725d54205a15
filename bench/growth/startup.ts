/**
 * How long it takes until something can be called.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { median } from "../figures.ts";
import { ROOT } from "../machine.ts";
import { figure, type Measure } from "./measure.ts";
import { GrowthServer } from "./server-process.ts";

const CLI = join(ROOT, "lib", "cli", "main.js");

async function timeOf(parameters: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, parameters, { cwd: ROOT, stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`node ${parameters.join(" ")} ended with ${code}`);
  return performance.now() - start;
}

function evaluated(code: string): readonly string[] {
  return ["--input-type=module", "--eval", code];
}

export const startup: Measure = async ({ repeats }) => {
  await using server = await GrowthServer.start();
  const programs: readonly (readonly [string, readonly string[]])[] = [
    ["bare Node", evaluated("")],
    ['import "zerocall"', evaluated('import "zerocall";')],
    ["zerocall --help", [CLI, "--help"]],
    ["zerocall <endpoint> add 20 22", [CLI, server.endpoint, "-j", "add", "20", "22"]],
  ];
  const times = programs.map((): number[] => []);
  // In turns, so that a busy moment of the machine meets all of them.
  for (let round = 0; round < repeats; round++) {
    for (const [index, [, parameters]] of programs.entries()) {
      times[index]?.push(await timeOf(parameters));
    }
  }
  const bare = times[0] ?? [];
  const rows = programs.map(([what], index) => {
    const all = times[index] ?? [];
    const above = median(all.map((ms, round) => ms - (bare[round] ?? Number.NaN)));
    return [
      what,
      figure(median(all), 1),
      index === 0 ? "–" : figure(above, 1),
      figure(Math.min(...all), 1),
    ];
  });
  return {
    title: "Start-up",
    how: `A process from its start to its end, in turns, medians of ${repeats}.`,
    rows: [["", "ms", "above bare Node, ms", "fastest, ms"], ...rows],
  };
};
