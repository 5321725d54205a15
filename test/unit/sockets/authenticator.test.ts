import { describe, expect, test } from "vitest";
import {
  allowAny,
  allowKeys,
  allowUsers,
  askAuthenticator,
  type Authenticator,
} from "../../../src/sockets/authenticator.ts";
import type { Credentials, Verdict } from "../../../src/zmtp/mechanism.ts";

const KEY = new Uint8Array(32);
const CURVE: Credentials = { mechanism: "CURVE", publicKey: KEY };

function plain(username: string, password: string): Credentials {
  return { mechanism: "PLAIN", username, password };
}

function ask(authenticate: Authenticator, credentials: Credentials): Promise<Verdict> {
  const peer = { address: "10.0.0.1:5", endpoint: "tcp://*:1", credentials };
  return new Promise((resolve) => {
    askAuthenticator(authenticate, peer, resolve);
  });
}

describe("users", () => {
  const users = allowUsers({ ada: "lovelace", empty: "" });

  test.each([
    ["ada", "lovelace", true],
    ["empty", "", true],
    ["ada", "lovelac", false],
    ["ada", "lovelace!", false],
    ["ada", "", false],
    ["empty", "x", false],
    ["eve", "lovelace", false],
    ["toString", "x", false],
  ])("%s with %j: %s", async (username, password, welcome) => {
    const verdict = await ask(users, plain(username, password));
    expect(verdict.type).toBe(welcome ? "accept" : "refuse");
  });

  test("are not those who have a key", async () => {
    expect((await ask(users, CURVE)).type).toBe("refuse");
  });
});

test("keys are those in the list", async () => {
  expect(await ask(allowKeys([KEY]), CURVE)).toEqual({ type: "accept", identity: "0".repeat(40) });
  expect((await ask(allowKeys([]), CURVE)).type).toBe("refuse");
  expect((await ask(allowKeys([KEY]), plain("a", "b"))).type).toBe("refuse");
});

test("a refusal of a peer without an address says so", async () => {
  const peer = { address: "", endpoint: "ipc://x", credentials: plain("ada", "x") };
  const verdict = await new Promise<Verdict>((resolve) => {
    askAuthenticator(() => false, peer, resolve);
  });
  expect(verdict).toEqual({ type: "refuse", reason: 'user "ada" from nowhere: it may not' });
});

test("a refusal says who it was, from where, and why, and never the password", async () => {
  expect(await ask(() => ({ refuse: "on holiday" }), plain("ada", "secret"))).toEqual({
    type: "refuse",
    reason: 'user "ada" from 10.0.0.1:5: on holiday',
  });
});

test.each<[string, Authenticator, string]>([
  ["says no", () => false, "it may not"],
  [
    "throws",
    () => {
      throw new Error("broken");
    },
    "broken",
  ],
  ["rejects", () => Promise.reject(new Error("broken")), "broken"],
  ["says something else", () => 1 as never, "it may not"],
  ["rejects with what has no text", () => Promise.reject(Object.create(null)), "[object Object]"],
  ["gives an identity without text", async () => ({ identity: Object.create(null) }), "failed"],
])("a function that %s refuses", async (_what, authenticate, why) => {
  const verdict = await ask(authenticate, plain("ada", "secret"));
  expect(verdict).toMatchObject({ type: "refuse", reason: expect.stringContaining(why) as string });
});

test("anybody is anybody", async () => {
  expect(await ask(allowAny, plain("ada", ""))).toEqual({ type: "accept", identity: "ada" });
});
