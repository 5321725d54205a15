import { describe, expect, test } from "vitest";
import { Pair } from "../../../src/sockets/pair.ts";
import { textOf } from "../../support/pipes.ts";
import { world } from "../../support/simulated.ts";

describe.each(["inproc://a", "tcp://a:1"])("PAIR at %s", (endpoint) => {
  test("talks to one peer, and to the next one when it is gone", async () => {
    const { platform, clock } = world();
    const bound = new Pair({}, platform);
    await bound.bind(endpoint);
    const [one, two] = [new Pair({}, platform), new Pair({}, platform)];
    for (const [pair, text] of [
      [one, "from one"],
      [two, "from two"],
    ] as const) {
      pair.connect(endpoint);
      await pair.send(text);
      await clock.elapse(10);
    }
    expect(textOf(await bound.receive())).toEqual(["from one"]);
    await bound.send("to one");
    await clock.elapse(10);
    expect(textOf(await one.receive())).toEqual(["to one"]);
    const next = bound.receive();
    await Promise.all([one.close(), clock.elapse(10)]);
    expect(textOf(await next)).toEqual(["from two"]);
    await bound.send("to two");
    await clock.elapse(10);
    expect(textOf(await two.receive())).toEqual(["to two"]);
    const iteration = (async () => {
      for await (const frames of bound) return textOf(frames);
      return [];
    })();
    await two.send("last");
    await clock.elapse(10);
    expect(await iteration).toEqual(["last"]);
    await Promise.all([two.close(), bound.close(), clock.elapse(10)]);
    expect(clock.pending).toBe(0);
  });
});
