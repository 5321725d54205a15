/** `zerocall list` and `zerocall call`, as real processes. */

import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ZrpcServer } from "../../../src/node/zrpc.ts";
import { Workplace } from "./program.ts";

const service = {
  func: (arg: unknown, kwarg: unknown = null) => ["func", arg, kwarg],
  nothing: () => undefined,
  fail: () => {
    throw new RangeError("out of it");
  },
  hang: () => new Promise(() => undefined),
};

async function serving(workplace: Workplace): Promise<ZrpcServer & { readonly folder: string }> {
  const folder = await mkdtemp(join(workplace.folder, "zrpc-"));
  const server = new ZrpcServer(service, {
    socketDir: folder,
    name: "test_server",
    describe: (name) => (name === "func" ? { doc: "Returns both.\n\n  Indented." } : undefined),
  });
  await server.start();
  return Object.assign(server, { folder });
}

describe("services of this machine", () => {
  test("are listed, with their methods", async () => {
    await using workplace = await Workplace.make();
    await using server = await serving(workplace);
    const dir = ["--socket-dir", server.folder];
    expect(await workplace.run("list", ...dir)).toMatchObject({ code: 0, stdout: "test_server\n" });
    const methods = await workplace.run("list", ...dir, "test_server");
    expect(methods.stdout).toContain(
      "func(arg, kwarg = null):\n    Returns both.\n\n      Indented.\n\n",
    );
    const json = await workplace.run("list", "-pj", ...dir, "test_server");
    expect(JSON.parse(json.stdout)).toMatchObject({
      func: { doc: "Returns both.\n\n  Indented." },
    });
  });

  test("are called, with what the environment says", async () => {
    await using workplace = await Workplace.make();
    await using server = await serving(workplace);
    const environment = { ZRPC_SOCKET_DIR: server.folder };
    const called = await workplace.start(
      ["call", "-c", "2", "test_server", "func", "True", "kwarg=brt"],
      environment,
    ).ended;
    expect(called).toMatchObject({ code: 0, stderr: "" });
    expect(called.stdout).toBe("[ 'func', true, 'brt' ]\n".repeat(2));
    const json = await workplace.start(["call", "-pj", "test_server", "func", "1"], environment)
      .ended;
    expect(json.stdout).toBe('["func", 1, null]\n');
    const nothing = await workplace.start(["call", "test_server", "nothing"], environment).ended;
    expect(nothing).toMatchObject({ code: 0, stdout: "" });
  });

  test("fail with what they say, or that they say nothing", async () => {
    await using workplace = await Workplace.make();
    await using server = await serving(workplace);
    const call = ["call", "--socket-dir", server.folder, "-t", "0.3"];
    const failed = await workplace.run(...call, "test_server", "fail");
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toContain("RangeError: out of it");
    const unknown = await workplace.run(...call, "test_server", "fnc");
    expect(unknown.stderr).toContain('there is no method "fnc", did you mean "func"?');
    const late = await workplace.run(...call, "test_server", "hang");
    expect(late.code).toBe(1);
    expect(late.stderr).toContain("timeout after 300 ms");
    const missing = await workplace.run(...call, "nobody", "hang");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("no peer took the call");
    const wrong = await workplace.run("call", "a/b", "c");
    expect(wrong.stderr).toContain(
      'expected the name of a service, which is that of a file, got "a/b"',
    );
  });
});
