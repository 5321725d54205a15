import { describe, expect, test } from "vitest";
import { Pair } from "../../../src/sockets/pair.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { textOf } from "../../support/pipes.ts";
import { blurt, world } from "../../support/simulated.ts";
import { ascii, frame, opening } from "../../support/zmtp.ts";

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

test("what a peer sent together with its handshake is kept until its turn comes", async () => {
  const here = world();
  const bound = new Pair({}, here.platform);
  await bound.bind("tcp://a:1");
  const wires = await Promise.all(
    ["first", "second", "third"].map((text) =>
      blurt(here, "tcp://a:1", joinOctets([opening("PAIR"), frame(0, ascii(text))])),
    ),
  );
  await here.clock.elapse(10);
  for (const [index, text] of ["first", "second", "third"].entries()) {
    expect(textOf(await bound.receive())).toEqual([text]);
    wires[index]?.destroy();
    await here.clock.elapse(10);
  }
  await Promise.all([bound.close(), here.clock.elapse(10)]);
});
