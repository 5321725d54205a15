import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "../../../src/node/dialect-by-name.ts";
import { Workplace } from "./program.ts";

const SUMS = `
/** Adds. */
export const add = (a, b = 2) => a + b;
`;

let place: Workplace;
let endpoint: string;

beforeAll(async () => {
  place = await Workplace.make({ "package.json": '{ "type": "module" }', "sums.js": SUMS });
  ({ endpoint } = await place.serve("./sums.js"));
});

afterAll(() => place[Symbol.asyncDispose]());

describe.each(DIALECT_NAMES)("--protocol %s", (protocol) => {
  test("calls a server that was told nothing", async () => {
    const ended = await place.run("--protocol", protocol, "-j", endpoint, "add", "1", "4");
    expect(ended).toMatchObject({ code: 0, stdout: "5\n" });
  });

  test("lists its methods with their signatures", async () => {
    const ended = await place.run("--protocol", protocol, endpoint, "-?");
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("add(a, b = 2)\n") });
    expect(ended.stdout).not.toContain("[]");
  });
});

test("a server takes pickles when it is told to", async () => {
  const pickled = ["--protocol", "netcall", "--serializer", "pickle"];
  const refused = await place.run(...pickled, "-j", endpoint, "add", "1");
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("json or msgpack") });
  const served = await place.serve("./sums.js", ...pickled);
  const ended = await place.run(...pickled, "-j", served.endpoint, "add", "1");
  expect(ended).toMatchObject({ code: 0, stdout: "3\n" });
});

test("a server that was told one protocol speaks no other", async () => {
  const { endpoint: narrow } = await place.serve("./sums.js", "--protocol", "netcall");
  const ended = await place.run("--timeout", "1", "-j", narrow, "add", "1");
  expect(ended.code).toBe(1);
});
