/**
 * Where a run took place, and with which versions of what.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";

/** The root of the repository, from where this is compiled to. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** What decides about absolute figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** By the name of the package or program. */
  readonly versions: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  const file = `${ROOT}${folder}package.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : {};
}

function firstLine(command: string, ...parameters: string[]): string | undefined {
  const { stdout, error } = spawnSync(command, parameters, { encoding: "utf8" });
  return error === undefined ? stdout.split("\n", 1)[0] : undefined;
}

/** Describes this machine. */
export function thisMachine(): Machine {
  const cores = cpus();
  const rivals = Object.keys(manifest("bench/").dependencies ?? {});
  const natsServer = firstLine("nats-server", "--version");
  const python = firstLine(process.env["ZERORPC_PYTHON"] ?? "python3", "--version");
  const versions = {
    zerocall: manifest("").version,
    ...Object.fromEntries(
      rivals.map((name) => [name, manifest(`bench/node_modules/${name}/`).version]),
    ),
    "nats-server": natsServer?.replace(/^nats-server: v?/, ""),
    Python: python?.replace("Python ", ""),
  };
  const known = Object.entries(versions).flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version] as const],
  );
  return {
    cpu: cores[0]?.model.trim() ?? "unknown CPU",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    versions: Object.fromEntries(known),
  };
}

/** One sentence about the machine. */
export function formatMachine({ cpu, cores, memoryGiB, system, node }: Machine): string {
  return `Node ${node.slice(1)}, ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}.`;
}

/** The versions, as one line of text. */
export function formatVersions({ versions }: Machine): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
