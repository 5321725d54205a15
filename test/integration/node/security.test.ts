import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type CallContext,
  Client,
  type Logger,
  Puller,
  Pusher,
  curveKeyPair,
  type Security,
  Server,
  withContext,
} from "../../../src/node/index.ts";
import { within } from "../../support/within.ts";

const serverKeys = curveKeyPair();
const clientKeys = curveKeyPair();
const strangerKeys = curveKeyPair();
const service = {
  whoAmI: withContext((call: CallContext) => call.peer.identity),
  echo: (value: unknown) => value,
};

let server: Server;
let puller: Puller;
const clients: Client[] = [];
const log: string[] = [];
const logger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (text) => log.push(text),
  error: (text) => log.push(text),
};

beforeEach(() => {
  log.length = 0;
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await server.close();
});

async function serve(security: Security | (() => Security)): Promise<string> {
  server = new Server(service, { security, logger });
  return server.bind("tcp://127.0.0.1:0");
}

function clientOf(endpoint: string, security?: Security): Client {
  const client = new Client(endpoint, {
    timeoutMs: 5000,
    ...(security !== undefined && { security }),
  });
  clients.push(client);
  return client;
}

function curve(keys = clientKeys, serverKey = serverKeys.publicKey): Security {
  return { mechanism: "curve", serverKey, ...keys };
}

describe("CURVE", () => {
  test("tells the handler whose key the caller has", async () => {
    const endpoint = await serve({
      mechanism: "curve",
      secretKey: serverKeys.secretKey,
      authenticate: [clientKeys.publicKey],
    });
    expect(await clientOf(endpoint, curve()).call("whoAmI")).toBe(clientKeys.publicKey);
  });

  test("lets in anybody, with a pair made up for it, where the server says so", async () => {
    const endpoint = await serve({
      mechanism: "curve",
      secretKey: serverKeys.secretKey,
      authenticate: "any",
    });
    const security: Security = { mechanism: "curve", serverKey: serverKeys.publicKey };
    expect(await clientOf(endpoint, security).call("whoAmI")).toMatch(/^.{40}$/);
  });

  test("fails the calls of a client with an unknown key at once, those that follow too", async () => {
    const endpoint = await serve({
      mechanism: "curve",
      secretKey: serverKeys.secretKey,
      authenticate: [clientKeys.publicKey],
    });
    const client = clientOf(endpoint, curve(strangerKeys));
    const refused = { status: "unauthenticated", mayHaveRun: false };
    await expect(within(client.call("echo", [1]), "refusal")).rejects.toMatchObject(refused);
    await expect(within(client.call("echo", [2]), "refusal")).rejects.toMatchObject(refused);
    expect(log.join("\n")).toContain(strangerKeys.publicKey);
    expect(log.join("\n")).toContain("its key is not in the list");
  });

  test("fails the calls of a client that has another server key", async () => {
    const endpoint = await serve({
      mechanism: "curve",
      secretKey: serverKeys.secretKey,
      authenticate: "any",
    });
    const client = clientOf(endpoint, curve(clientKeys, strangerKeys.publicKey));
    await expect(within(client.call("echo", [1]), "refusal")).rejects.toMatchObject({
      status: "unauthenticated",
    });
  });

  test("exchanges keys and lists while connections live on", async () => {
    const next = curveKeyPair();
    let security: Security = {
      mechanism: "curve",
      secretKey: serverKeys.secretKey,
      authenticate: [clientKeys.publicKey],
    };
    const endpoint = await serve(() => security);
    const before = clientOf(endpoint, curve());
    await before.call("echo", [1]);
    security = {
      mechanism: "curve",
      secretKey: [next.secretKey, serverKeys.secretKey],
      authenticate: [strangerKeys.publicKey],
    };
    const overlapping = clientOf(endpoint, curve(strangerKeys));
    const renewed = clientOf(endpoint, curve(strangerKeys, next.publicKey));
    expect(await overlapping.call("whoAmI")).toBe(strangerKeys.publicKey);
    expect(await renewed.call("whoAmI")).toBe(strangerKeys.publicKey);
    expect(await before.call("whoAmI")).toBe(clientKeys.publicKey);
    await expect(clientOf(endpoint, curve()).call("echo", [1])).rejects.toMatchObject({
      status: "unauthenticated",
    });
  });

  test("authenticates a bound client to its workers", async () => {
    const client = new Client(undefined, {
      security: { mechanism: "curve", secretKey: serverKeys.secretKey, authenticate: "any" },
    });
    clients.push(client);
    server = new Server(service, { security: curve() });
    server.connect(await client.bind("tcp://127.0.0.1:0"));
    expect(await client.call("whoAmI")).toBe(serverKeys.publicKey);
  });
});

test("a policy decides by the key that a caller has proved, for calls of every kind", async () => {
  server = new Server(
    {
      ...service,
      *count(n: number) {
        for (let i = 0; i < n; i++) yield i;
      },
    },
    {
      security: { mechanism: "curve", secretKey: serverKeys.secretKey, authenticate: "any" },
      policy: { rules: [{ methods: "*", allow: [clientKeys.publicKey] }] },
      logger,
    },
  );
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  const known = clientOf(endpoint, curve());
  expect(await known.call("echo", [1])).toBe(1);
  const items: unknown[] = [];
  for await (const item of known.call("count", [3])) items.push(item);
  expect(items).toEqual([0, 1, 2]);
  const stranger = clientOf(endpoint, curve(strangerKeys));
  const denied = { status: "permission_denied", mayHaveRun: false };
  await expect(within(stranger.call("echo", [1]), "denial")).rejects.toMatchObject(denied);
  await expect(within(stranger.call("count", [3]), "denial")).rejects.toMatchObject(denied);
  const batch = await stranger.batch((_, { call }) => [call("echo", [1]), call("whoAmI")]);
  expect(batch).toMatchObject([
    { status: "rejected", reason: denied },
    { status: "rejected", reason: denied },
  ]);
  expect((await stranger.inspect()).methods).toEqual({});
  expect(log).toContainEqual(expect.stringContaining("was denied: no rule allows it"));
});

describe("PLAIN", () => {
  const users = { ada: "lovelace" };

  test("tells the handler the user's name", async () => {
    const endpoint = await serve({ mechanism: "plain", authenticate: users });
    const client = clientOf(endpoint, {
      mechanism: "plain",
      username: "ada",
      password: "lovelace",
    });
    expect(await client.call("whoAmI")).toBe("ada");
  });

  test.each([
    ["ada", "byron", "its password is wrong"],
    ["eve", "lovelace", "there is no such user"],
    ["__proto__", "x", "there is no such user"],
  ])("refuses %s with %s", async (username, password, why) => {
    const endpoint = await serve({ mechanism: "plain", authenticate: users });
    const client = clientOf(endpoint, { mechanism: "plain", username, password });
    await expect(within(client.call("echo", [1]), "refusal")).rejects.toMatchObject({
      status: "unauthenticated",
    });
    expect(log.join("\n")).toContain(why);
    expect(log.join("\n")).not.toContain("byron");
  });

  test("asks a function, which may take its time and give another name", async () => {
    const asked: unknown[] = [];
    const endpoint = await serve({
      mechanism: "plain",
      authenticate: async (request) => {
        asked.push(request);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { identity: "the countess" };
      },
    });
    const client = clientOf(endpoint, { mechanism: "plain", username: "ada", password: "x" });
    expect(await client.call("whoAmI")).toBe("the countess");
    expect(asked).toMatchObject([{ mechanism: "PLAIN", username: "ada", password: "x", endpoint }]);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("no database")), "no database"],
    ["refuses with a reason", () => ({ refuse: "on holiday" }), "on holiday"],
    ["answers with something else", () => undefined as never, "it may not"],
  ])("refuses when the function %s", async (_what, authenticate, why) => {
    const endpoint = await serve({ mechanism: "plain", authenticate });
    const client = clientOf(endpoint, { mechanism: "plain", username: "ada", password: "x" });
    await expect(within(client.call("echo", [1]), "refusal")).rejects.toMatchObject({
      status: "unauthenticated",
    });
    expect(log.join("\n")).toContain(why);
  });
});

test("a client without security is told that the server wants some", async () => {
  const endpoint = await serve({ mechanism: "plain", authenticate: {} });
  await expect(within(clientOf(endpoint).call("echo", [1]), "refusal")).rejects.toMatchObject({
    status: "unauthenticated",
  });
});

test("one-way peers are known in the same way", async () => {
  const heard: unknown[] = [];
  const got = new Promise<void>((resolve) => {
    const note = (value: unknown): void => {
      heard.push(value);
      resolve();
    };
    puller = new Puller(
      { note },
      {
        security: {
          mechanism: "curve",
          secretKey: serverKeys.secretKey,
          authenticate: [clientKeys.publicKey],
        },
      },
    );
  });
  server = new Server();
  const endpoint = await puller.bind("tcp://127.0.0.1:0");
  const pusher = new Pusher(endpoint, { security: curve() });
  await pusher.send("note", ["hello"]);
  await within(got, "event");
  expect(heard).toEqual(["hello"]);
  await pusher.close();
  await puller.close();
});

describe("a server that everybody can reach", () => {
  test("says so once to its logger", async () => {
    server = new Server(service, { logger });
    await server.bind("tcp://*:0");
    await server.bind("tcp://0.0.0.0:0");
    expect(log.filter((text) => text.includes("open to other hosts"))).toHaveLength(1);
  });

  test("says so on stderr where there is no logger", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    server = new Server(service);
    await server.bind("tcp://*:0");
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("open to other hosts"), {
      code: "ZEROCALL_INSECURE",
    });
    warn.mockRestore();
  });

  test.each<[string, string, Security | undefined]>([
    ["on loopback", "tcp://127.0.0.1:0", undefined],
    ["with a mechanism", "tcp://*:0", { mechanism: "plain", authenticate: {} }],
  ])("says nothing %s", async (_where, endpoint, security) => {
    server = new Server(service, { logger, ...(security !== undefined && { security }) });
    await server.bind(endpoint);
    expect(log).toEqual([]);
  });
});

test.each([
  [{ mechanism: "curve", serverKey: "short" }, "serverKey to be a key of CURVE"],
  [{ mechanism: "curve", secretKey: clientKeys.secretKey }, "serverKey of the server"],
  [{ mechanism: "curve", ...clientKeys, serverKey: new Uint8Array(32) }, "of no use"],
  [
    {
      mechanism: "curve",
      ...clientKeys,
      publicKey: serverKeys.publicKey,
      serverKey: serverKeys.publicKey,
    },
    "public half of secretKey",
  ],
  [{ mechanism: "curve", secretKey: [], authenticate: "any" }, "1 to 4 secret keys"],
  [{ mechanism: "curve", secretKey: clientKeys.secretKey, authenticate: "all" }, '"any", a list'],
  [{ mechanism: "plain", username: "a" }, "a username and a password"],
  [{ mechanism: "plain", username: "a", password: "x".repeat(256) }, "at most 255 octets"],
  [{ mechanism: "plain", authenticate: undefined }, "passwords by user"],
  [{ mechanism: "plain", username: "a", password: "b", realm: "c" }, 'security option "realm"'],
  [{ mechanism: "gssapi" }, '"plain" or "curve"'],
])("refuses the options %j", (security, text) => {
  server = new Server();
  expect(() => new Server({}, { security: security as unknown as Security })).toThrow(text);
});
