/**
 * `npm run bench:report`: measures everything, unattended, and writes it to `docs/`.
 *
 * The profile is taken twice, of the code as it is and of {@link BEFORE}, so that the table has both,
 * measured on the same machine. A step that fails does not keep the others from being done.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./machine.ts";

/** The last commit before the work on speed. */
const BEFORE = "05b9664";

const HELP = `usage: npm run bench:report -- [options]

  --before <commit>   what the profile compares with (default ${BEFORE})
  --quick             less exact, to see that everything works; records no baseline
`;

/** Runs a program; its output is the progress. */
function run(command: string, parameters: readonly string[], cwd = ROOT): boolean {
  console.error(`\n== ${command} ${parameters.join(" ")}`);
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: "inherit" });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}

function bench(program: string, ...parameters: string[]): boolean {
  return run(process.execPath, [join(ROOT, "build", "bench", program, "main.js"), ...parameters]);
}

/** Profiles an earlier commit, built in a folder of its own, into a file. */
function profileBefore(commit: string, folder: string, file: string): boolean {
  const source = join(folder, "source");
  const archive = join(folder, "source.tar");
  mkdirSync(source);
  return (
    run("git", ["archive", "--output", archive, commit]) &&
    run("tar", ["-xf", archive, "-C", source]) &&
    link(source) &&
    run("npx", ["tsc", "-b", "src/node", "bench"], source) &&
    run(
      process.execPath,
      [join(source, "build", "bench", "profile", "main.js"), "--json", file],
      source,
    )
  );
}

function link(source: string): boolean {
  symlinkSync(join(ROOT, "node_modules"), join(source, "node_modules"));
  return true;
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
