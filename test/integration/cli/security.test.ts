import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "./program.ts";

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.make({
    users: "ada:love:lace\n# nobody else\n",
    right: "love:lace\n",
    wrong: "x\n",
    broken: "ada\n",
    policy: JSON.stringify({ rules: [{ methods: "j*", allow: ["ada"] }] }),
    "no-policy": "{",
    "odd-policy": JSON.stringify({ rules: [{ methods: "j*" }] }),
  });
  for (const name of ["users", "right", "wrong"]) await chmod(join(place.folder, name), 0o600);
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

describe("zerocall keygen", () => {
  it("writes a secret for its owner alone, and tells the public key", async () => {
    const { code, stdout, stderr } = await place.run("keygen", "pair");
    const [secret, shared] = await Promise.all(
      ["pair", "pair.pub"].map((name) => readFile(join(place.folder, name), "utf8")),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: shared });
    expect(secret).toMatch(/^\S{40}\n$/);
    expect(stdout + stderr).not.toContain(secret?.trim());
    expect((await stat(join(place.folder, "pair"))).mode & 0o777).toBe(0o600);
  });

  it("writes over no file", async () => {
    await place.run("keygen", "once");
    const before = await readFile(join(place.folder, "once"), "utf8");
    expect(await place.run("keygen", "once")).toMatchObject({ code: 2, stdout: "" });
    expect(await readFile(join(place.folder, "once"), "utf8")).toBe(before);
  });
});

describe("CURVE", () => {
  it("lets in the owners of listed keys and tells the others", async () => {
    for (const name of ["server", "known", "stranger"]) await place.run("keygen", name);
    const { endpoint } = await place.serve(
      "node:path",
      "--curve-secret-file=server",
      "--curve-client-keys-file=known.pub",
    );
    const call = ["--curve-server-key-file=server.pub", endpoint, "join", "a", "b"];
    expect(await place.run("--curve-secret-file=known", ...call)).toMatchObject({
      code: 0,
      stdout: "'a/b'\n",
    });
    const refused = await place.run("--curve-secret-file=stranger", ...call);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("expected the peer to accept the handshake");
    expect((await place.run("--timeout=10", endpoint, "join", "a")).code).toBe(1);
  });
});

describe("PLAIN", () => {
  it("lets in users with their passwords", async () => {
    const { endpoint } = await place.serve("node:path", "--plain-users-file=users");
    const words = ["--plain-user=ada", endpoint, "join", "a", "b"];
    expect((await place.run("--plain-password-file=right", ...words)).stdout).toBe("'a/b'\n");
    expect((await place.run("--plain-password-file=wrong", ...words)).code).toBe(1);
  });
});

it("warns of a secret that others can read", async () => {
  await place.run("keygen", "open");
  await chmod(join(place.folder, "open"), 0o644);
  const { program } = await place.serve("node:path", "--curve-secret-file=open");
  program.kill("SIGTERM");
  expect((await program.ended).stderr).toContain("open can be read by others");
});

it("warns of a server that everybody can reach", async () => {
  const program = place.start(["--server", "--bind", "tcp://*:0", "node:path"]);
  const [told] = await program.wrote("stderr", /^.*open to other hosts.*$/m);
  expect(told).toContain("without authentication and encryption");
});

it.each([
  [["keygen"], "keygen expects the file"],
  [["--curve-client-keys-file=x", "tcp://127.0.0.1:1"], "does not go with other security options"],
  [["--curve-server-key=x", "--plain-user=y", "tcp://127.0.0.1:1"], "does not go with"],
  [["--curve-secret-file=x", "tcp://127.0.0.1:1"], "a client needs --curve-server-key"],
  [["--plain-users-file=x", "tcp://127.0.0.1:1"], "goes with --server or --bind"],
  [["--curve-server-key-file=none", "tcp://127.0.0.1:1", "x"], "cannot read none"],
  [
    ["--server", "--bind=tcp://127.0.0.1:0", "--plain-users-file=broken", "node:path"],
    "name:password",
  ],
])("refuses %j", async (words, text) => {
  const { code, stderr } = await place.run(...words);
  expect(stderr).toContain(text);
  expect(code).toBe(2);
});

describe("--policy-file", () => {
  it("says who may call what", async () => {
    const { endpoint } = await place.serve(
      "node:path",
      "--plain-users-file=users",
      "--policy-file=policy",
    );
    const ada = ["--plain-user=ada", "--plain-password-file=right", endpoint];
    expect((await place.run(...ada, "join", "a", "b")).stdout).toBe("'a/b'\n");
    const denied = await place.run(...ada, "basename", "a/b");
    expect(denied).toMatchObject({ code: 1, stdout: "" });
    expect(denied.stderr).toContain('"ada" may not call "basename"');
    expect((await place.run(...ada)).stdout).toBe("[path]\njoin <undocumented>\n");
  });

  it("has to make sense", async () => {
    const serve = ["--server", "--bind=tcp://127.0.0.1:0", "node:path"];
    const unreadable = await place.run("--policy-file=no-policy", ...serve);
    expect(unreadable).toMatchObject({ code: 2 });
    expect(unreadable.stderr).toContain("cannot read no-policy");
    const odd = await place.run("--policy-file=odd-policy", ...serve);
    expect(odd.code).not.toBe(0);
    expect(odd.stderr).toContain("expected rule 1 of the policy to have either allow or deny");
    const client = await place.run("--policy-file=policy", "tcp://127.0.0.1:1", "join");
    expect(client).toMatchObject({ code: 2 });
  });
});
