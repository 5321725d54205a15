/** What one greedy peer may cost the others, over real sockets. */

import { expect, test } from "vitest";
import { Client, Server } from "../../../src/node/index.ts";
import { within } from "../../support/within.ts";

test("one call at a time is answered while another client keeps thousands in flight", async () => {
  await using server = new Server({ add: (n: number) => n + 1 });
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  await using greedy = new Client(endpoint, { timeoutMs: 60_000 });
  await using modest = new Client(endpoint);
  const enough = new AbortController();
  const lane = async (): Promise<void> => {
    while (!enough.signal.aborted) await greedy.call("add", [1]);
  };
  const lanes = Promise.all(Array.from({ length: 5000 }, lane));
  const answers: unknown[] = [];
  for (let n = 0; n < 20; n++) answers.push(await within(modest.call("add", [n]), "an answer"));
  enough.abort();
  await lanes;
  expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
});
