/**
 * `npm run bench:growth`: how cost grows with clients, payloads, methods, interceptors, worker threads,
 * and what it costs to be there at all.
 *
 *     npm run bench:growth
 *     npm run bench:growth -- clients memory --quick
 *
 * @module
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { replaceSection } from "../document.ts";
import { formatMachine, ROOT, thisMachine } from "../machine.ts";
import { markdownTable } from "../markdown.ts";
import { formatCurves } from "./curves.ts";
import type { Finding, Thoroughness } from "./measure.ts";
import { MEASURES } from "./measures.ts";

const RUN = fileURLToPath(new URL("./run.js", import.meta.url));
const THOROUGH: Thoroughness = { ms: 2000, repeats: 21 };
const QUICK: Thoroughness = { ms: 400, repeats: 5 };

const HELP = `usage: npm run bench:growth -- [options] [measure...]

Runs all measures, or those that are named: ${Object.keys(MEASURES).join(", ")}

  --quick     less exact
  --write     writes tables and curves to docs/
`;

async function find(name: string, { ms, repeats }: Thoroughness): Promise<Finding> {
  const child = fork(RUN, [name, String(ms), String(repeats)], { execArgv: ["--expose-gc"] });
  const ended = once(child, "exit").then(([code]): never => {
    throw new Error(`the measure "${name}" ended with ${String(code)} before it was over`);
  });
  // When there is a finding, nobody waits for the end.
  ended.catch(() => {});
  const [finding] = (await Promise.race([once(child, "message"), ended])) as [Finding];
  return finding;
}

function formatFinding({ title, how, rows }: Finding): string {
  return `### ${title}\n\n${how}\n\n${markdownTable(rows)}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const names = positionals.length === 0 ? Object.keys(MEASURES) : positionals;
  const unknown = names.find((name) => MEASURES[name] === undefined);
  if (unknown !== undefined) {
    throw new RangeError(`expected one of ${Object.keys(MEASURES).join(", ")}, got "${unknown}"`);
  }
  const findings: Finding[] = [];
  for (const name of names) {
    console.error(name);
    findings.push(await find(name, values.quick ? QUICK : THOROUGH));
  }
  const report = [formatMachine(thisMachine()), ...findings.map(formatFinding)].join("\n\n");
  console.log(report);
  if (!values.write) return;
  writeFileSync(join(ROOT, "docs", "growth.svg"), formatCurves(findings));
  replaceSection(
    "docs/growth.md",
    "figures",
    `![the curves of all tables](growth.svg)\n\n${report}`,
  );
}

await main();
