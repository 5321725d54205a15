import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Workplace } from "./program.ts";

const COOLER = `
import { intoWords } from "./words.ts";

enum Mood { Cool, Cooler }

/** Makes things cool. */
export class Cooler {
  private readonly mood: Mood = Mood.Cooler;

  /**
   * Ends a sentence with ", man!".
   *
   * @param sentence - what to make cooler
   */
  addMan(sentence: string, end = "man"): string {
    return intoWords(sentence).join(" ") + ", " + end + "!";
  }

  add42(n: number): number { return n + 42; }

  /** Counts down to one. */
  async *countdown(from: number): AsyncGenerator<number> { for (let n = from; n > 0; n--) yield n; }

  moodOf(): string { return Mood[this.mood]; }
}

export class Other { hello(): string { return "hello"; } }

/** Says what it was given. */
export function say(what: string): string { return what; }
`;

const FILES = {
  "package.json": '{ "type": "module" }',
  "cooler.ts": COOLER,
  "words.ts": "export const intoWords = (text: string): string[] => text.split(/\\s+/);",
  "lonely.mjs": "export default class Lonely { here() { return true; } }",
  "plain.cjs": "exports.add = (a, b) => a + b;\nexports.math = { double: (n) => 2 * n };",
  "object.mjs":
    "export const service = { hi: () => 'hi' };\nexport const more = { bye: () => 'bye' };",
  "throws.mjs": "throw new RangeError('not today');",
  "broken.ts": "export const x: number = ;",
  "constants.mjs": "export const answer = 42;",
  "classes.mjs": "export class A { a() {} }\nexport class B { b() {} }",
  "callable.cjs":
    "module.exports = function callable(a) {};\n" +
    "module.exports.part = () => 1;\nmodule.exports.prototype.own = () => 2;",
  "name#with.mjs": "export const here = () => true;",
  "slow.mjs":
    "export const slow = (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'done'));\n" +
    "export const never = () => new Promise(() => setInterval(() => {}, 60_000));\n" +
    "export const running = () => { console.log('running'); return slow(500); };",
};

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.make(FILES);
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

async function listed(module: string): Promise<string[]> {
  const { program, endpoint } = await place.serve(module);
  const { stdout } = await place.run("-?", endpoint);
  program.kill("SIGTERM");
  await program.ended;
  return stdout.trimEnd().split("\n");
}

describe("zerocall --server", () => {
  it("tells on stderr where it is and what it serves, and nothing on stdout", async () => {
    const { program } = await place.serve("node:path");
    program.kill("SIGTERM");
    expect(await program.ended).toEqual({
      code: 0,
      signal: null,
      stdout: "",
      stderr: expect.stringMatching(
        /^binding to "tcp:\/\/127\.0\.0\.1:[1-9]\d*"\nserving "node:path"\n$/,
      ) as string,
    });
  });

  it("serves a class of a TypeScript file with the signatures of its source", async () => {
    const { endpoint } = await place.serve("./cooler.ts#Cooler");
    expect((await place.run("-?", endpoint)).stdout.split("\n")).toEqual([
      "[Cooler]",
      "add42(n: number): number",
      'addMan(sentence: string, end = "man"): string',
      "countdown(from: number): AsyncGenerator<number>",
      "moodOf(): string",
      "",
    ]);
    expect((await place.run("-?", endpoint, "addMan")).stdout).toBe(
      '[Cooler]\naddMan(sentence: string, end = "man"): string\n\n' +
        'Ends a sentence with ", man!".\n\nsentence: what to make cooler\n\n',
    );
    expect((await place.run(endpoint, "addMan", "hey  you")).stdout).toBe("'hey you, man!'\n");
    expect((await place.run("-j", endpoint, "add42", "-1")).stdout).toBe("41\n");
    expect((await place.run("-j", "-pj", endpoint, "countdown", "3")).stdout).toBe("[3,2,1]\n");
    expect((await place.run(endpoint, "moodOf")).stdout).toBe("'Cooler'\n");
  });

  it.each([
    ["cooler.ts", ["[cooler]", "say(what: string): string"]],
    ["cooler.ts#say", ["[say]", "say(what: string): string"]],
    ["lonely.mjs", ["[Lonely]", "here()"]],
    ["plain.cjs", ["[plain]", "add(a, b)", "math.double(n)"]],
    ["plain", ["[plain]", "add(a, b)", "math.double(n)"]],
    ["plain.cjs#math", ["[math]", "double(n)"]],
    ["object.mjs", ["[object]", "more.bye()", "service.hi()"]],
    ["object.mjs#service", ["[service]", "hi()"]],
    ["callable.cjs", ["[callable]", "callable(a)", "part()"]],
    ["name#with.mjs", ["[name#with]", "here()"]],
    ["name#with.mjs#here", ["[here]", "here()"]],
  ])("serves %s", async (module, lines) => {
    expect(await listed(module)).toEqual(lines);
  });

  it("becomes a worker of a client that is bound", async () => {
    const client = place.start(["--bind", "tcp://127.0.0.1:0", "join", "a", "b"]);
    const [, endpoint = ""] = await client.wrote("stderr", /^binding to "(.*)"$/m);
    const worker = place.start(["--server", "--connect", endpoint, "node:path"]);
    expect(await client.ended).toMatchObject({ code: 0, stdout: "'a/b'\n" });
    worker.kill("SIGINT");
    expect(await worker.ended).toMatchObject({
      code: 130,
      stderr: `connecting to "${endpoint}"\nserving "node:path"\n`,
    });
  });

  it("tells of a handler's error on stderr", async () => {
    const { program, endpoint } = await place.serve("node:path");
    expect((await place.run("-j", endpoint, "join", "1")).code).toBe(1);
    await program.wrote("stderr", /error join\(\) .*failed: TypeError/);
    program.kill("SIGTERM");
  });
});

describe("ending a server", () => {
  it("finishes the calls that run", async () => {
    const { program, endpoint } = await place.serve("slow.mjs");
    const call = place.start([endpoint, "running"]);
    await program.wrote("stdout", /running/);
    program.kill("SIGTERM");
    await program.wrote("stderr", /finishing 1 call, for at most 10 s\n/);
    expect(await call.ended).toMatchObject({ code: 0, stdout: "'done'\n" });
    expect((await program.ended).code).toBe(0);
  });

  it("does not wait with the second Ctrl-C", async () => {
    const { program, endpoint } = await place.serve("slow.mjs", "-d");
    const call = place.start([endpoint, "never"]);
    await program.wrote("stderr", /never\(\) called/);
    program.kill("SIGINT");
    await program.wrote("stderr", /draining/);
    program.kill("SIGINT");
    expect((await program.ended).code).toBe(130);
    expect((await call.ended).code).toBe(1);
  });
});

describe("a module that cannot be served", () => {
  it.each([
    ["./missing.ts", 2, /cannot find "\.\/missing\.ts", tried\n {2}.*missing\.ts/],
    ["no-such-package", 2, /cannot find "no-such-package", tried\n(?: {2}.*\n)* {2}.*node_modules/],
    ["node:pth", 2, /Node has no module "node:pth", did you mean node:path\?/],
    ["cooler.ts#Coler", 2, /has no export "Coler", did you mean Cooler/],
    ["cooler.ts#", 2, /expected the name of an export behind "#"/],
    ["constants.mjs", 2, /it exports answer/],
    ["classes.mjs", 2, /say which: classes\.mjs#A, classes\.mjs#B/],
    ["constants.mjs#answer", 2, /expected an object, a class or a function .*, got number/],
    [
      "throws.mjs",
      1,
      /cannot load ".*throws\.mjs": RangeError: not today\n +RangeError: not today/,
    ],
    ["broken.ts", 1, /cannot load ".*broken\.ts": .*Error: .*1:25/],
  ])("%s ends with %d and says why", async (module, code, message) => {
    const ended = await place.run("--server", "--bind", "tcp://127.0.0.1:0", module);
    expect(ended.stderr).toMatch(message);
    expect(ended).toMatchObject({ code, stdout: "" });
  });
});

describe("an address that cannot be used", () => {
  it("shows where an endpoint is malformed", async () => {
    const bound = await place.run("--server", "--bind", "tcp://127.0.0.1:80x", "node:path");
    expect(bound.code).toBe(2);
    expect(bound.stderr).toContain("\n  tcp://127.0.0.1:80x\n                  ^\n");
    const connected = await place.run("127.0.0.1:80", "join");
    expect(connected.code).toBe(2);
    expect(connected.stderr).toContain("\n  127.0.0.1:80\n  ^\n");
  });

  it("names the port that is in use", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port } = holder.address() as AddressInfo;
    const endpoint = `tcp://127.0.0.1:${port}`;
    const ended = await place.run("--server", "--bind", endpoint, "node:path");
    holder.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(`zerocall: address already in use: ${endpoint}\n`);
  });
});

describe("wrong usage", () => {
  it.each([
    [[], /expected an address/],
    [["--tiemout", "5", "tcp://127.0.0.1:1"], /unknown option --tiemout; did you mean --timeout\?/],
    [["tcp://127.0.0.1:1", "m", "-x"], /unknown option -x; parameters that start with a dash/],
    [["--server", "--bind", "tcp://127.0.0.1:0"], /--server expects a module/],
    [["-j", "tcp://127.0.0.1:1", "m", "{"], /parameter 1 is no JSON: .*\n {2}\{\n {3}\^/],
    [["--timeout", "soon", "tcp://127.0.0.1:1"], /--timeout expects seconds/],
  ])("%j ends with 2 and says why", async (words, message) => {
    const ended = await place.run(...words);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(message);
  });

  it("shows the usage, but for mistakes in values", async () => {
    expect((await place.run()).stderr).toContain("\nusage: zerocall [options]");
    expect((await place.run("--tiemout", "x")).stderr).toContain("\nusage: zerocall [options]");
  });
});

describe("help and version", () => {
  it("go to stdout and end with 0", async () => {
    const help = await place.run("-h");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/^usage: zerocall/);
    const version = await place.run("--version");
    expect(version).toMatchObject({ code: 0, stderr: "" });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});
