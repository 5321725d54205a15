import { existsSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Workplace } from "./program.ts";

const ENTRY = import.meta.resolve("zerocall");

const SERVICE = `
import { callContext } from ${JSON.stringify(ENTRY)};
/** Counts to three. */
export async function* three() { yield 1; yield 2; yield 3; }
export function* empty() {}
/** @param {number} n how many come before it fails */
export function* broken(n) {
  for (let item = 0; item < n; item++) yield item;
  throw new RangeError("no more");
}
export function* endless() { for (let n = 0; ; n++) yield n; }
export async function* waiting() {
  const { signal } = callContext();
  signal.addEventListener("abort", () => console.log("cancelled"));
  yield "first";
  await new Promise(() => setInterval(() => {}, 60_000));
}
export const echo = (...args) => args;
export const octets = () => new Uint8Array([104, 105]);
export const huge = () => 18446744073709551615n;
export const nothing = () => {};
const HOUR = 3600;
export const later = (by = HOUR, more = 1 + 2, zone = "utc", at = null) => [by, more, zone, at];
export const hanging = () => new Promise(() => setInterval(() => {}, 60_000));
`;

let place: Workplace;
let endpoint: string;
let path: string;

beforeAll(async () => {
  place = await Workplace.make({ "service.mjs": SERVICE });
  [{ endpoint }, { endpoint: path }] = await Promise.all([
    place.serve("service.mjs"),
    place.serve("node:path"),
  ]);
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

describe("zerocall <address> <command> <params…>", () => {
  it("calls a function of a module of Node", async () => {
    expect(await place.run(path, "join", "a", "b", "c")).toEqual({
      code: 0,
      signal: null,
      stdout: "'a/b/c'\n",
      stderr: `connecting to "${path}"\n`,
    });
  });

  it("passes words as strings, and with -j as JSON", async () => {
    expect((await place.run(endpoint, "echo", "1", "-1", "{}")).stdout).toBe(
      "[ '1', '-1', '{}' ]\n",
    );
    const json = await place.run(
      "-j",
      endpoint,
      "echo",
      "1",
      "-1.5",
      '{"a": [null]}',
      "9007199254740993",
    );
    expect(json.stdout).toBe("[ 1, -1.5, { a: [ null ] }, 9007199254740993n ]\n");
    expect((await place.run(endpoint, "echo", "--", "-j", "--", "-?")).stdout).toBe(
      "[ '-j', '--', '-?' ]\n",
    );
  });

  it("takes the first word for the command with --connect", async () => {
    expect((await place.run("--connect", path, "join", "a", "b")).stdout).toBe("'a/b'\n");
  });

  it("prints results as JSON with -pj", async () => {
    expect((await place.run("-pj", path, "parse", "/a/b.c")).stdout).toBe(
      '{"root": "/", "dir": "/a", "base": "b.c", "ext": ".c", "name": "b"}\n',
    );
    expect((await place.run("-pj", endpoint, "octets")).stdout).toBe('"aGk="\n');
    expect((await place.run("-pj", endpoint, "huge")).stdout).toBe("18446744073709551615\n");
    expect((await place.run("-pj", endpoint, "nothing")).stdout).toBe("null\n");
  });

  it("prints the items of a stream one per line, or as one JSON array", async () => {
    expect((await place.run(endpoint, "three")).stdout).toBe("1\n2\n3\n");
    expect((await place.run("-pj", endpoint, "three")).stdout).toBe("[1,2,3]\n");
    expect(await place.run(endpoint, "empty")).toMatchObject({ code: 0, stdout: "" });
    expect((await place.run("-pj", endpoint, "empty")).stdout).toBe("[]\n");
  });

  it("closes the JSON array of a stream that fails", async () => {
    const ended = await place.run("-j", "-pj", endpoint, "broken", "2");
    expect(ended).toMatchObject({ code: 1, stdout: "[0,1]\n" });
    expect(ended.stderr).toMatch(/zerocall: RangeError: no more\n +at .*service\.mjs/);
  });

  it("has colours only where a terminal shows them", async () => {
    const { ended } = place.start([path, "no"], { FORCE_COLOR: "1", TERM: "xterm-256color" });
    expect((await ended).stderr).not.toContain("\u001B");
  });
});

describe("what the service offers", () => {
  it("is listed without a command, one line each", async () => {
    const { stdout, code } = await place.run(endpoint);
    const lines = stdout.split("\n");
    expect(code).toBe(0);
    expect(lines[0]).toBe("[service]");
    expect(lines).toContain("three   Counts to three.");
    expect(lines).toContain("echo    <undocumented>");
    expect(lines).toHaveLength(13);
  });

  it("is listed with signatures with -?", async () => {
    const { stdout } = await place.run("-?", endpoint);
    expect(stdout.split("\n")).toContain("broken(n: number)");
    expect(stdout.split("\n")).toContain("echo(...args)");
  });

  it("has defaults as its source says, values and expressions alike", async () => {
    const { stdout } = await place.run("-?", endpoint);
    expect(stdout.split("\n")).toContain('later(by = HOUR, more = 1 + 2, zone = "utc", at = null)');
  });

  it("is told of one method with -? and its name", async () => {
    expect((await place.run("-?", endpoint, "three")).stdout).toBe(
      "[service]\nthree()\n\nCounts to three.\n\n",
    );
    expect((await place.run("-?", endpoint, "broken")).stdout).toBe(
      "[service]\nbroken(n: number)\n\nn: how many come before it fails\n\n",
    );
  });

  it("has no documentation for what is not there, and names what is near", async () => {
    expect(await place.run("-?", endpoint, "thre")).toMatchObject({
      code: 0,
      stdout: '[service]\nNo documentation for "thre".\n',
      stderr: `connecting to "${endpoint}"\ndid you mean "three"?\n`,
    });
  });

  it("is told as JSON with -pj", async () => {
    const { stdout } = await place.run("-pj", endpoint);
    const told = JSON.parse(stdout) as { name: string; methods: Record<string, { doc?: string }> };
    expect(told.name).toBe("service");
    expect(told.methods["three"]?.doc).toBe("Counts to three.");
  });
});

describe("a call that fails", () => {
  it("names the nearest methods when there is none of that name", async () => {
    const { code, stdout, stderr } = await place.run(path, "jion", "a");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('did you mean "join"');
  });

  it("shows the signature when the arguments do not fit", async () => {
    const { code, stderr } = await place.run("-j", endpoint, "broken");
    expect(code).toBe(1);
    expect(stderr).toContain("broken(n: number)");
  });

  it("names the endpoint when nobody listens", async () => {
    const free = await place.serve("node:path");
    free.program.kill("SIGTERM");
    await free.program.ended;
    const { code, stderr } = await place.run("--timeout", "0.3", free.endpoint, "join");
    expect(code).toBe(1);
    expect(stderr).toContain(`nobody listens at ${free.endpoint}`);
    expect((await place.run("--timeout", "0.3", free.endpoint)).code).toBe(1);
  });

  it("says at once that nobody listens, and goes on when somebody does", async () => {
    const gone = await place.serve("node:path");
    gone.program.kill("SIGTERM");
    await gone.program.ended;
    const call = place.start([gone.endpoint, "join", "a", "b"]);
    await call.wrote("stderr", /nobody listens at tcp:.*; trying again, for 30 s at most\n/);
    place.start(["--server", "--bind", gone.endpoint, "node:path"]);
    expect(await call.ended).toMatchObject({ code: 0, stdout: "'a/b'\n" });
  });

  it("gives up after the timeout", async () => {
    const { code, stderr } = await place.run("--timeout", "0.3", endpoint, "hanging");
    expect(code).toBe(1);
    // Either side may be the first to see that the time is over.
    expect(stderr).toMatch(/zerocall: .*300 ms|zerocall: deadline_exceeded/);
  });

  it("ends at once when the server is killed", async () => {
    const { program, endpoint: doomed } = await place.serve("service.mjs");
    const call = place.start([doomed, "waiting"]);
    await call.wrote("stdout", /'first'/);
    program.kill("SIGKILL");
    const { code, stderr } = await call.ended;
    expect(code).toBe(1);
    expect(stderr).toContain(doomed);
  });
});

describe("ending early", () => {
  it("cancels the remote call with Ctrl-C and exits with 130", async () => {
    const { program, endpoint: own } = await place.serve("service.mjs");
    const call = place.start([own, "waiting"]);
    await call.wrote("stdout", /'first'\n/);
    call.kill("SIGINT");
    expect(await call.ended).toMatchObject({ code: 130, stdout: "'first'\n" });
    await program.wrote("stdout", /^cancelled$/m);
  });

  it("closes the JSON array of a stream that Ctrl-C ends", async () => {
    const call = place.start(["-pj", endpoint, "waiting"]);
    await call.wrote("stdout", /\["first"/);
    call.kill("SIGINT");
    expect(await call.ended).toMatchObject({ code: 130, stdout: '["first"]\n' });
  });

  it.runIf(existsSync("/dev/full"))("fails when its results cannot be written", async () => {
    const { code, stderr } = await place.shell(`"$ZEROCALL" ${path} join a b > /dev/full`);
    expect(code).toBe(1);
    expect(stderr).toContain("zerocall: cannot write the result: ENOSPC");
  });

  it("ends quietly in front of head", async () => {
    const { stdout, stderr } = await place.shell(`"$ZEROCALL" ${endpoint} endless | head -1`);
    expect([stdout, stderr]).toEqual(["0\n", `connecting to "${endpoint}"\n`]);
  });

  it("ends quietly when nobody reads its results any more", async () => {
    const call = place.start([endpoint, "endless"]);
    await call.wrote("stdout", /^5$/m);
    call.stopReading();
    expect(await call.ended).toMatchObject({
      code: 0,
      stderr: `connecting to "${endpoint}"\n`,
    });
  });
});
