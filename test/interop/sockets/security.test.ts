/**
 * PLAIN and CURVE against libzmq over tcp: client and server, let in and refused.
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import * as theirs from "zeromq";
import { encodeZ85 } from "../../../src/base/z85.ts";
import { curveCrypto } from "../../../src/node/curve-crypto.ts";
import * as ours from "../../../src/node/zeromq.ts";
import { makeKeyPair } from "../../../src/zmtp/curve-crypto.ts";
import { within } from "../../support/within.ts";

const opened: { close(): unknown }[] = [];

function opening<Socket extends { close(): unknown }>(socket: Socket): Socket {
  opened.push(socket);
  return socket;
}

afterEach(async () => {
  for (const socket of opened.splice(0)) await socket.close();
});

/** The next event of a type. */
function once<Type extends ours.SocketEventType>(
  { events }: ours.Socket,
  type: Type,
): Promise<ours.SocketEventOf<Type>> {
  return new Promise((resolve) => {
    events.on(type, resolve);
  });
}

const USERS: Readonly<Record<string, string>> = { admin: "secret" };
const server = pair();
const client = pair();
const stranger = pair();

function pair(): { publicKey: string; secretKey: string } {
  const { publicKey, secretKey } = makeKeyPair(curveCrypto);
  return { publicKey: encodeZ85(publicKey), secretKey: encodeZ85(secretKey) };
}

/** The authentication server of libzmq's process: one user and one key may come in. */
class Zap {
  readonly #reply = new theirs.Reply({ linger: 0 });

  async start(): Promise<void> {
    await this.#reply.bind("inproc://zeromq.zap.01");
    void this.#serve();
  }

  async #serve(): Promise<void> {
    for await (const frames of this.#reply) {
      const [version = "", id = "", , , , mechanism = "", first = "", second = ""] = frames;
      const known =
        String(mechanism) === "PLAIN"
          ? USERS[String(first)] === String(second)
          : encodeZ85(first as Buffer) === client.publicKey;
      await this.#reply.send([version, id, known ? "200" : "400", "", "somebody", ""]);
    }
  }

  close(): void {
    this.#reply.close();
  }
}

const zap = new Zap();
beforeAll(async () => {
  await zap.start();
  return () => zap.close();
});

const PLAIN_CLIENT = { plainUsername: "admin", plainPassword: "secret" };
const CURVE_CLIENT = {
  curveServerKey: server.publicKey,
  curvePublicKey: client.publicKey,
  curveSecretKey: client.secretKey,
};
const OUR_PLAIN_SERVER = { plainServer: true, authenticate: USERS };
const OUR_CURVE_SERVER = {
  curveServer: true,
  curveSecretKey: server.secretKey,
  authenticate: [client.publicKey],
};
const THEIR_PLAIN_SERVER = { plainServer: true, zapDomain: "test" };
const THEIR_CURVE_SERVER = {
  curveServer: true,
  curveSecretKey: server.secretKey,
  zapDomain: "test",
};
const SIZES = [0, 1, 255, 256, 70_000];

describe("let in", () => {
  test.each([
    ["PLAIN", OUR_PLAIN_SERVER, PLAIN_CLIENT],
    ["CURVE", OUR_CURVE_SERVER, CURVE_CLIENT],
  ])("a libzmq client talks to our server: %s", async (mechanism, far, near) => {
    const router = opening(new ours.Router({ ...far, linger: 0 }));
    const dealer = opening(new theirs.Dealer({ ...near, linger: 0 }));
    const shaken = once(router, "handshake");
    dealer.connect(await router.bind("tcp://127.0.0.1:0"));
    await talk(dealer, router);
    const { peer } = await within(shaken, "handshake");
    const identity = mechanism === "PLAIN" ? "admin" : client.publicKey;
    expect(peer).toMatchObject({ mechanism, identity });
  });

  test.each([
    ["PLAIN", THEIR_PLAIN_SERVER, PLAIN_CLIENT],
    ["CURVE", THEIR_CURVE_SERVER, CURVE_CLIENT],
  ])("our client talks to a libzmq server: %s", async (_mechanism, far, near) => {
    const router = opening(new theirs.Router({ ...far, linger: 0 }));
    const dealer = opening(new ours.Dealer({ ...near, linger: 0 }));
    await router.bind("tcp://127.0.0.1:0");
    dealer.connect(router.lastEndpoint ?? "");
    await talk(dealer, router);
    expect(dealer.peerCount).toBe(1);
  });

  test.each(["ours", "theirs"] as const)(
    "subscriptions and heartbeats travel in boxes, publisher %s",
    async (side) => {
      const publisher = opening(
        side === "ours"
          ? new ours.XPublisher({ ...OUR_CURVE_SERVER, linger: 0, ...BEATS })
          : new theirs.XPublisher({ ...THEIR_CURVE_SERVER, linger: 0, ...BEATS }),
      );
      const subscriber = opening(
        side === "ours"
          ? new theirs.Subscriber({ ...CURVE_CLIENT, linger: 0, ...BEATS })
          : new ours.Subscriber({ ...CURVE_CLIENT, linger: 0, ...BEATS }),
      );
      await publisher.bind("tcp://127.0.0.1:0");
      subscriber.connect(publisher.lastEndpoint ?? "");
      subscriber.subscribe("news");
      const [subscription] = await within(publisher.receive(), "subscription");
      expect(String.fromCharCode(...(subscription ?? []))).toBe("\u0001news");
      for (let round = 0; round < 20; round++) {
        await publisher.send(["old", "x"]);
        await publisher.send(["news", String(round)]);
        const [, text] = await within(subscriber.receive(), "news");
        expect(Buffer.from(text ?? []).toString()).toBe(String(round));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  );
});

/** Often, and without a bound that a busy machine could miss. */
const BEATS = { heartbeatInterval: 20, heartbeatTimeout: 30_000 } as const;

interface Talker {
  send(frames: (string | Uint8Array)[]): Promise<void>;
  receive(): Promise<readonly Uint8Array[]>;
}

async function talk(dealer: Talker, router: Talker): Promise<void> {
  for (const size of SIZES) {
    const frames = [new Uint8Array(size).fill(7), new Uint8Array(0), new Uint8Array(size)];
    await within(dealer.send(frames), "sending");
    const [id = new Uint8Array(0), ...heard] = await within(router.receive(), "request");
    expect(heard.map((frame) => [...new Set(frame)])).toEqual(
      size > 0 ? [[7], [], [0]] : [[], [], []],
    );
    expect(heard.map(({ length }) => length)).toEqual([size, 0, size]);
    await within(router.send([id, ...heard]), "answering");
    const answer = await within(dealer.receive(), "answer");
    expect(answer.map(({ length }) => length)).toEqual([size, 0, size]);
  }
}

test("keys change while a libzmq client that is there talks on, and those that come need the new ones", async () => {
  const next = pair();
  let security: ours.Security = {
    mechanism: "curve",
    secretKey: server.secretKey,
    authenticate: [client.publicKey],
  };
  const router = opening(new ours.Router({ linger: 0, security: () => security }));
  const endpoint = await router.bind("tcp://127.0.0.1:0");
  const before = opening(new theirs.Dealer({ ...CURVE_CLIENT, linger: 0 }));
  before.connect(endpoint);
  await talk(before, router);

  // First both keys of the server, then the new one alone; and another list of clients.
  const strangers = { curvePublicKey: stranger.publicKey, curveSecretKey: stranger.secretKey };
  for (const secretKey of [[next.secretKey, server.secretKey], next.secretKey]) {
    security = { mechanism: "curve", secretKey, authenticate: [stranger.publicKey] };
    const after = opening(
      new theirs.Dealer({ ...strangers, curveServerKey: next.publicKey, linger: 0 }),
    );
    after.connect(endpoint);
    await talk(after, router);
    await talk(before, router);
  }

  const failed = once(router, "handshake:error:auth");
  const gone = { ...CURVE_CLIENT, curveServerKey: next.publicKey };
  opening(new theirs.Dealer({ ...gone, linger: 0 })).connect(endpoint);
  expect((await within(failed, "refusal")).error.message).toContain("its key is not in the list");
  const closed = once(router, "handshake:error:protocol");
  opening(new theirs.Dealer({ ...CURVE_CLIENT, linger: 0 })).connect(endpoint);
  await within(closed, "refusal of the old server key");
  await talk(before, router);
});

describe("refused", () => {
  test.each([
    ["a wrong password", OUR_PLAIN_SERVER, { ...PLAIN_CLIENT, plainPassword: "wrong" }],
    ["an unknown user", OUR_PLAIN_SERVER, { ...PLAIN_CLIENT, plainUsername: "eve" }],
    [
      "an unknown key",
      OUR_CURVE_SERVER,
      { ...CURVE_CLIENT, curvePublicKey: stranger.publicKey, curveSecretKey: stranger.secretKey },
    ],
  ])("our server refuses a libzmq client with %s, which comes no more", async (_why, far, near) => {
    const router = opening(new ours.Router({ ...far, linger: 0 }));
    const dealer = opening(new theirs.Dealer({ ...near, linger: 0, reconnectInterval: 10 }));
    let accepted = 0;
    router.events.on("accept", () => accepted++);
    const failed = once(router, "handshake:error:auth");
    dealer.connect(await router.bind("tcp://127.0.0.1:0"));
    const { error } = await within(failed, "refusal");
    expect(error).toMatchObject({ code: "ZMTP_REFUSED" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(accepted).toBe(1);
  });

  test("our server tells a libzmq client with another server key, which comes no more", async () => {
    const router = opening(new ours.Router({ ...OUR_CURVE_SERVER, linger: 0 }));
    const keys = { ...CURVE_CLIENT, curveServerKey: stranger.publicKey };
    const dealer = opening(new theirs.Dealer({ ...keys, linger: 0, reconnectInterval: 10 }));
    let accepted = 0;
    router.events.on("accept", () => accepted++);
    const failed = once(router, "handshake:error:protocol");
    dealer.connect(await router.bind("tcp://127.0.0.1:0"));
    await within(failed, "refusal");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(accepted).toBe(1);
  });

  test.each([
    ["a wrong password", THEIR_PLAIN_SERVER, { ...PLAIN_CLIENT, plainPassword: "wrong" }],
    ["an unknown user", THEIR_PLAIN_SERVER, { ...PLAIN_CLIENT, plainUsername: "eve" }],
    [
      "an unknown key",
      THEIR_CURVE_SERVER,
      { ...CURVE_CLIENT, curvePublicKey: stranger.publicKey, curveSecretKey: stranger.secretKey },
    ],
  ])("a libzmq server refuses our client with %s, which stops", async (_why, far, near) => {
    const router = opening(new theirs.Router({ ...far, linger: 0 }));
    const dealer = opening(new ours.Dealer({ ...near, linger: 0 }));
    await router.bind("tcp://127.0.0.1:0");
    const failed = once(dealer, "handshake:error:auth");
    const stopped = once(dealer, "connect:stopped");
    dealer.connect(router.lastEndpoint ?? "");
    expect((await within(failed, "refusal")).error).toMatchObject({ code: "ZMTP_PEER_ERROR" });
    await within(stopped, "stop");
  });

  test("a libzmq server that has another key closes without a word, and our client tries again", async () => {
    const router = opening(new theirs.Router({ ...THEIR_CURVE_SERVER, linger: 0 }));
    const keys = { ...CURVE_CLIENT, curveServerKey: stranger.publicKey };
    const dealer = opening(new ours.Dealer({ ...keys, linger: 0 }));
    await router.bind("tcp://127.0.0.1:0");
    const retried = once(dealer, "connect:retry");
    dealer.connect(router.lastEndpoint ?? "");
    expect((await within(retried, "retry")).error?.message).toMatch(/server key/);
  });

  test.each([
    ["NULL", {}, OUR_CURVE_SERVER],
    ["PLAIN", PLAIN_CLIENT, OUR_CURVE_SERVER],
    ["CURVE", CURVE_CLIENT, OUR_PLAIN_SERVER],
  ])("a libzmq client with %s is not let in by another mechanism", async (_name, near, far) => {
    const router = opening(new ours.Router({ ...far, linger: 0 }));
    const dealer = opening(new theirs.Dealer({ ...near, linger: 0 }));
    // Whoever has read the other's greeting first closes; libzmq does before its own has left.
    const failed = Promise.race([
      once(router, "handshake:error:protocol"),
      once(router, "handshake:error:other"),
    ]);
    dealer.connect(await router.bind("tcp://127.0.0.1:0"));
    await within(failed, "refusal");
    expect(router.peerCount).toBe(0);
  });
});
