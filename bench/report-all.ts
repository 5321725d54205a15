/**
 * `npm run bench:report`: measures everything, unattended, and writes it to `docs/`.
 *
 * The profile is taken twice, of the code as it is and of {@link BEFORE}, so that the table has both,
 * measured on the same machine. A step that fails does not keep the others from being done.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildEarlier, run } from "./earlier.ts";
import { ROOT } from "./machine.ts";

/** The last commit before the work on speed. */
const BEFORE = "05b9664";

const HELP = `usage: npm run bench:report -- [options]

  --before <commit>   what the profile compares with (default ${BEFORE})
  --quick             less exact, to see that everything works; records no baseline
`;

function bench(program: string, ...parameters: string[]): boolean {
  return run(process.execPath, [join(ROOT, "build", "bench", program, "main.js"), ...parameters]);
}

/** Profiles an earlier commit, built in a folder of its own, into a file. */
function profileBefore(commit: string, folder: string, file: string): boolean {
  const root = buildEarlier(commit, folder);
  if (root === undefined) return false;
  const program = join(root, "build", "bench", "profile", "main.js");
  return run(process.execPath, [program, "--json", file], root);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      before: { type: "string", default: BEFORE },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "zerocall-bench-"));
  const before = join(folder, "before.json");
  const quick = values.quick ? ["--quick"] : [];
  const short = values.quick ? ["--ms", "300", "--rounds", "1"] : [];
  try {
    const steps = {
      compare: bench("", "--write", ...quick),
      growth: bench("growth", "--write", ...quick),
      profile:
        profileBefore(values.before, folder, before) &&
        bench("profile", "--write", "--before", before, ...short),
      guard: values.quick || bench("guard", "--update"),
      format: run("npm", ["run", "-s", "format"]),
    };
    for (const [step, done] of Object.entries(steps)) {
      console.log(`${step.padEnd(8)} ${done ? "done" : "failed"}`);
    }
    if (Object.values(steps).includes(false)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
