/** Hostile peers of every dialect over real sockets, with honest ones served beside them at one port. */

import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Client } from "../../../src/node/client.ts";
import { Server } from "../../../src/node/server.ts";
import { Dealer, Router } from "../../../src/node/zeromq.ts";
import { TONGUES } from "../../support/hostile/all.ts";
import { type Attack, KINDS, type Tongue } from "../../support/hostile/tongue.ts";
import { within } from "../../support/within.ts";

const service = {
  echo: (value: unknown): unknown => value,
  later: (value: unknown): Promise<unknown> => delay(20, value),
};

const NOTHING: Attack = { messages: [], answers: [] };

let server: Server;
let endpoint: string;
/** One honest client of every dialect. */
let honest: readonly Client[];

beforeEach(async () => {
  const dialects = TONGUES.map(({ dialect }) => dialect);
  server = new Server(service, { dialects });
  endpoint = await server.bind("tcp://127.0.0.1:0");
  honest = dialects.map((dialect) => new Client(endpoint, { dialect }));
  await Promise.all(honest.map((client) => client.call("echo", ["before"])));
});

afterEach(async () => {
  await Promise.all(honest.map((client) => client.close()));
  await server.close();
});

/** A peer that knows the frames of a dialect and breaks its rules. */
class Hostile implements AsyncDisposable {
  readonly #socket = new Dealer({ linger: 0 });
  readonly #tongue: Tongue;
  /** Numbers that no attack uses. */
  #good = 1000;

  constructor(tongue: Tongue) {
    this.#tongue = tongue;
    this.#socket.connect(endpoint);
  }

  /**
   * Sends an attack, waits for as many answers as there should be, and sends an honest request.
   *
   * @returns resolves with all answers in front of that to the honest request
   */
  async attack({ messages, answers: expected }: Attack): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    for (const message of messages) await this.#socket.send([...message]);
    while (answers.length < expected.length) answers.push(await this.#answer());
    const good = this.#tongue.good(++this.#good);
    for (const message of good.messages) await this.#socket.send([...message]);
    const isOver = (): boolean =>
      isDeepStrictEqual(answers.slice(-good.answers.length), good.answers);
    while (!isOver()) answers.push(await this.#answer());
    return answers.slice(0, -good.answers.length);
  }

  async #answer(): Promise<unknown> {
    return this.#tongue.read(await within(this.#socket.receive(), "an answer", 5000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket.close();
  }
}

describe.each(TONGUES.map((tongue) => ({ name: tongue.dialect.name, tongue })))(
  "$name",
  ({ tongue }) => {
    test.each(KINDS)("%s", async (kind) => {
      await using peer = new Hostile(tongue);
      expect(await peer.attack(NOTHING)).toEqual([]);
      for (const attack of tongue.attacks[kind]) {
        expect.soft(await peer.attack(attack)).toEqual(attack.answers);
        const served = await Promise.all(honest.map((client) => client.call("echo", [kind])));
        expect(served).toEqual(honest.map(() => kind));
      }
      expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
    });

    test("what a client did not ask for is dropped, and its call is answered", async () => {
      await using router = new Router({ linger: 0 });
      await router.bind("tcp://127.0.0.1:0");
      await using client = new Client(router.lastEndpoint ?? "", { dialect: tongue.dialect });
      for (let value = 1; value <= 3; value++) {
        const call = client.call("echo", [value], { timeoutMs: 5000 });
        const [peer = new Uint8Array(0), ...request] = await router.receive();
        for (const message of tongue.unasked) await router.send([peer, ...message]);
        await router.send([peer, ...tongue.answer(request, value)]);
        expect(await call).toBe(value);
      }
      expect(client.openCalls).toBe(0);
    });
  },
);
