/** `zerocall --server --workers`. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Workplace } from "./program.ts";

const FILES = {
  "package.json": '{ "type": "module" }',
  "busy.ts": `
import { threadId } from "node:worker_threads";
export class Busy {
  /** Keeps a core busy. */
  spin(ms: number): number { for (const end = Date.now() + ms; Date.now() < end;); return threadId; }
  slow(ms: number): Promise<string> {
    console.log("running");
    return new Promise((resolve) => setTimeout(resolve, ms, "done"));
  }
  exit(code = 1): void { process.exit(code); }
  fail(): void { throw new RangeError("not today"); }
}
`,
  "throws.mjs": "throw new RangeError('not today');",
  "changes-folder.mjs": "process.chdir('/'); export const here = () => process.cwd();",
};

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.make(FILES);
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

describe("zerocall --server --workers", () => {
  it("serves in threads, in every dialect, with signatures, errors and their stacks", async () => {
    const { program, endpoint } = await place.serve("./busy.ts#Busy", "--workers", "2");
    await program.wrote("stderr", /^serving "\.\/busy\.ts#Busy" in 2 worker threads$/m);
    expect((await place.run("-?", endpoint)).stdout.split("\n")).toEqual([
      "[Busy]",
      "exit(code = 1): void",
      "fail(): void",
      "slow(ms: number): Promise<string>",
      "spin(ms: number): number",
      "",
    ]);
    for (const protocol of ["zerorpc", "jsonrpc", "netcall", "multicall"]) {
      const { stdout } = await place.run("--protocol", protocol, "-j", endpoint, "spin", "1");
      expect(stdout).toMatch(/^[12]\n$/);
    }
    const failed = await place.run(endpoint, "fail");
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toMatch(/RangeError: not today\n +at Busy\.fail .*busy\.ts/);
    await program.wrote("stderr", /error fail\(\) .*RangeError: not today/);
    program.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  it("tells of a thread that ended, and goes on", async () => {
    const { program, endpoint } = await place.serve("./busy.ts#Busy", "--workers", "1");
    const crashed = await place.run("-j", endpoint, "exit", "3");
    expect(crashed).toMatchObject({ code: 1 });
    expect(crashed.stderr).toMatch(/worker thread 1 is gone; .*exit code 3/);
    await program.wrote("stderr", /error worker thread 1 has ended, another one is started in/);
    expect((await place.run("-j", endpoint, "spin", "1")).stdout).toBe("2\n");
    program.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  it("finishes the calls that run with the first Ctrl-C", async () => {
    const { program, endpoint } = await place.serve("./busy.ts#Busy", "--workers", "2");
    const call = place.start(["-j", endpoint, "slow", "500"]);
    await program.wrote("stdout", /running/);
    program.kill("SIGINT");
    expect(await call.ended).toMatchObject({ code: 0, stdout: "'done'\n" });
    expect((await program.ended).code).toBe(130);
  });

  it("does not wait with the second Ctrl-C, also while a thread is busy", async () => {
    const { program, endpoint } = await place.serve("./busy.ts#Busy", "--workers", "1", "-d");
    const call = place.start(["-j", endpoint, "spin", "25000"]);
    await program.wrote("stderr", /spin\(\) called/);
    program.kill("SIGINT");
    await program.wrote("stderr", /draining/);
    program.kill("SIGINT");
    expect((await program.ended).code).toBe(130);
    expect((await call.ended).code).toBe(1);
  });

  it.each([
    ["throws.mjs", "2", 1, /cannot load ".*throws\.mjs": RangeError: not today\n +RangeError/],
    ["changes-folder.mjs", "1", 1, /process\.chdir\(\) is not supported in workers/],
    ["./missing.ts", "1", 2, /cannot find "\.\/missing\.ts", tried/],
    ["node:path", "5000", 2, /expected workers to be at most 1024, got 5000/],
    ["node:path", "0", 2, /--workers expects a whole number from 1, got "0"/],
  ])("says of %s in %s threads what is wrong", async (module, workers, code, message) => {
    const words = ["--server", "--bind", "tcp://127.0.0.1:0", "--workers", workers, module];
    const ended = await place.run(...words);
    expect(ended.stderr).toMatch(message);
    expect(ended).toMatchObject({ code, stdout: "" });
  });
});
