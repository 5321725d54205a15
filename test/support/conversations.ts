/** What sockets of each pair of types do with each other, whoever made them. */

import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";

/** Frames as text. */
export const text = (frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => new TextDecoder().decode(frame));

/** What all sockets of both libraries have. */
export interface AnySocket {
  bind(endpoint: string): Promise<unknown>;
  connect(endpoint: string): void;
  readonly lastEndpoint: string | null;
  close(lingerMs?: number): unknown;
}
/** What can send, or says that it cannot. */
export interface Sender {
  send(message: (string | Uint8Array)[]): Promise<void>;
}
/** What can receive, or says that it cannot. */
export interface Receiver {
  receive(): Promise<readonly Uint8Array[]>;
}

/** What a pair of types does with each other: `near` is one side, `far` the other. */
export interface Conversation {
  readonly near: Side;
  readonly far: Side;
  readonly talk: (near: Sender & Receiver, far: Sender & Receiver) => Promise<void>;
}
/** A socket type by the name of its class. */
export type Side =
  | "Dealer"
  | "Router"
  | "Request"
  | "Reply"
  | "Push"
  | "Pull"
  | "Publisher"
  | "Subscriber"
  | "XPublisher"
  | "XSubscriber"
  | "Pair";

const BIG = new Uint8Array(300_000).fill(7);

async function there(from: Sender, to: Receiver, frames: (string | Uint8Array)[]): Promise<void> {
  await from.send(frames);
  expect(await to.receive()).toHaveLength(frames.length);
}

/** Every pair of socket types that may talk to each other. */
export const CONVERSATIONS: Record<string, Conversation> = {
  "DEALER and ROUTER": {
    near: "Dealer",
    far: "Router",
    talk: async (dealer, router) => {
      await dealer.send(["a", "", "c"]);
      const [id = new Uint8Array(0), ...frames] = await router.receive();
      expect(text(frames)).toEqual(["a", "", "c"]);
      await router.send([id, "back", BIG]);
      const [back, big] = await dealer.receive();
      expect(text([back ?? BIG])).toEqual(["back"]);
      expect(big?.length).toBe(BIG.length);
    },
  },
  "DEALER and DEALER": {
    near: "Dealer",
    far: "Dealer",
    talk: async (near, far) => {
      await near.send(["one", "two"]);
      expect(text(await far.receive())).toEqual(["one", "two"]);
      await far.send([BIG]);
      expect((await near.receive())[0]?.length).toBe(BIG.length);
    },
  },
  "ROUTER and ROUTER": {
    near: "Router",
    far: "Router",
    talk: async (near, far) => {
      await eventually(() => near.send(["far", "hello"]), "hello");
      const [id = BIG, hello = BIG] = await far.receive();
      expect(text([id, hello])).toEqual(["near", "hello"]);
      await far.send([id, "back"]);
      expect(text(await near.receive())).toEqual(["far", "back"]);
    },
  },
  "REQ and REP": {
    near: "Request",
    far: "Reply",
    talk: async (request, reply) => {
      for (const question of ["first", "second"]) {
        await request.send([question, "more"]);
        expect(text(await reply.receive())).toEqual([question, "more"]);
        await reply.send(["answer to", question]);
        expect(text(await request.receive())).toEqual(["answer to", question]);
      }
    },
  },
  "REQ and ROUTER": {
    near: "Request",
    far: "Router",
    talk: async (request, router) => {
      await request.send(["question"]);
      const [id = BIG, empty = BIG, question = BIG] = await router.receive();
      expect(text([empty, question])).toEqual(["", "question"]);
      await router.send([id, empty, "answer"]);
      expect(text(await request.receive())).toEqual(["answer"]);
    },
  },
  "DEALER and REP": {
    near: "Dealer",
    far: "Reply",
    talk: async (dealer, reply) => {
      await dealer.send(["hop", "", "question"]);
      expect(text(await reply.receive())).toEqual(["question"]);
      await reply.send(["answer"]);
      expect(text(await dealer.receive())).toEqual(["hop", "", "answer"]);
    },
  },
  "PUSH and PULL": {
    near: "Push",
    far: "Pull",
    talk: async (push, pull) => {
      for (let n = 0; n < 50; n += 1) await push.send([`${n}`]);
      for (let n = 0; n < 50; n += 1) expect(text(await pull.receive())).toEqual([`${n}`]);
      await there(push, pull, [BIG, "end"]);
    },
  },
  "PUB and SUB": { near: "Publisher", far: "Subscriber", talk: publish },
  "PUB and XSUB": { near: "Publisher", far: "XSubscriber", talk: publish },
  "XPUB and SUB": { near: "XPublisher", far: "Subscriber", talk: publish },
  "XPUB and XSUB": { near: "XPublisher", far: "XSubscriber", talk: publish },
  "PAIR and PAIR": {
    near: "Pair",
    far: "Pair",
    talk: async (near, far) => {
      await near.send(["ping"]);
      expect(text(await far.receive())).toEqual(["ping"]);
      await far.send(["pong", BIG]);
      expect(await near.receive()).toHaveLength(2);
    },
  },
};

/** Until somebody is there, messages of PUB and of ROUTER go nowhere. */
async function eventually(send: () => Promise<void>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    try {
      await send();
      return;
    } catch {
      await delay(5);
    }
  }
  throw new Error(`${what} was never accepted`);
}

interface Subscribing {
  subscribe(...topics: string[]): void;
}

async function publish(publisher: Sender, subscriber: Receiver & Partial<Sender>): Promise<void> {
  if ("subscribe" in subscriber) (subscriber as Subscribing).subscribe("wanted", "also");
  else await subscriber.send?.([Uint8Array.of(1, ...new TextEncoder().encode("wanted"))]);
  const first = subscriber.receive();
  for (let attempt = 0, heard: unknown; heard === undefined && attempt < 500; attempt += 1) {
    await publisher.send(["unwanted", "never"]);
    await publisher.send(["wanted.1", "payload"]);
    heard = await Promise.race([first, delay(5)]);
  }
  expect(text(await first)).toEqual(["wanted.1", "payload"]);
  await publisher.send(["wanted.last", BIG]);
  for (;;) {
    const [topic = BIG, payload = BIG] = await subscriber.receive();
    if (text([topic])[0] === "wanted.last") {
      expect(payload.length).toBe(BIG.length);
      return;
    }
    expect(text([topic, payload])).toEqual(["wanted.1", "payload"]);
  }
}
