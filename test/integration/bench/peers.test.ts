import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PROGRAM = join(ROOT, "build", "bench", "main.js");
/** Only who has measured before has the other toolkits. */
const INSTALLED = existsSync(join(ROOT, "bench", "node_modules"));

const OURS = ["net", "net-slab", "zeromq", "raw", "call", "call-old"];
const RIVALS = [
  "rpc-websockets",
  "socket-io",
  "moleculer",
  "capnweb",
  "nats",
  "trpc",
  "grpc",
  "zerorpc-node",
];

interface Figures {
  readonly missing: Readonly<Record<string, string>>;
  readonly failures: readonly string[];
  readonly workloads: Readonly<
    Record<string, Readonly<Record<string, readonly { readonly count: number }[]>>>
  >;
}

const folder = mkdtempSync(join(tmpdir(), "zerocall-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A run that is long enough to see that answers come, and says nothing about speed. */
function measure(peer: string): Figures {
  const json = join(folder, `${peer}.json`);
  const parameters = [PROGRAM, peer, "--rounds", "1", "--ms", "20", "--json", json];
  execFileSync(process.execPath, parameters, { cwd: ROOT, stdio: "ignore" });
  return JSON.parse(readFileSync(json, "utf8")) as Figures;
}

function expectAnswers(peer: string, { missing, failures, workloads }: Figures): void {
  expect(missing).toEqual({});
  expect(failures).toEqual([]);
  for (const workload of ["sequential", "in-flight-100", "in-flight-1000", "echo-1m"]) {
    expect(workloads[workload]?.[peer]?.[0]?.count).toBeGreaterThan(0);
  }
}

describe("the benchmark", () => {
  test.each(OURS)(
    "gets answers from %s",
    (peer) => {
      expectAnswers(peer, measure(peer));
    },
    60_000,
  );

  test.skipIf(!INSTALLED).each(RIVALS)(
    "gets answers from %s, or says what it lacks",
    (peer) => {
      const figures = measure(peer);
      if (figures.missing[peer] === "nats-server is not installed") return;
      expectAnswers(peer, figures);
    },
    120_000,
  );

  test("streams what it asks for", () => {
    const { count } = measure("call").workloads["stream"]?.["call"]?.[0] ?? { count: 0 };
    expect(count).toBeGreaterThanOrEqual(2000);
  });

  test("names the peers that there are when it is asked for another one", () => {
    expect(() =>
      execFileSync(process.execPath, [PROGRAM, "carrier-pigeon"], { cwd: ROOT, stdio: "pipe" }),
    ).toThrow(/expected one of net, .* as peer, got "carrier-pigeon"/);
  });
});
