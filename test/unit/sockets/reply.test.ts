import { describe, expect, test } from "vitest";
import { Dealer } from "../../../src/sockets/dealer.ts";
import { Reply } from "../../../src/sockets/reply.ts";
import { Request } from "../../../src/sockets/request.ts";
import { textOf } from "../../support/pipes.ts";
import { world } from "../../support/simulated.ts";

describe.each(["inproc://a", "tcp://a:1"])("REP at %s", (endpoint) => {
  test("receives from its peers in turn and replies to the one that asked", async () => {
    const { platform, clock } = world();
    const reply = new Reply({}, platform);
    await reply.bind(endpoint);
    const requests = ["A", "B", "C"].map(() => new Request({}, platform));
    for (const request of requests) request.connect(endpoint);
    await clock.elapse(10);
    for (const [index, request] of requests.entries()) await request.send(`${index}`);
    await clock.elapse(10);
    for (const index of requests.keys()) {
      expect(textOf(await reply.receive())).toEqual([`${index}`]);
      await reply.send(["to", `${index}`]);
    }
    await clock.elapse(10);
    for (const [index, request] of requests.entries()) {
      expect(textOf(await request.receive())).toEqual(["to", `${index}`]);
    }
  });

  test("keeps the envelope and puts it in front of the reply", async () => {
    const { platform, clock } = world();
    const reply = new Reply({}, platform);
    await reply.bind(endpoint);
    const dealer = new Dealer({}, platform);
    dealer.connect(endpoint);
    for (const envelope of [[""], ["X", "Y", ""]]) {
      await dealer.send([...envelope, "A", "", "B"]);
      await clock.elapse(10);
      expect(textOf(await reply.receive())).toEqual(["A", "", "B"]);
      await reply.send("C");
      await clock.elapse(10);
      expect(textOf(await dealer.receive())).toEqual([...envelope, "C"]);
    }
  });

  test("drops what is no request", async () => {
    const { platform, clock } = world();
    const reply = new Reply({}, platform);
    await reply.bind(endpoint);
    const dealer = new Dealer({}, platform);
    dealer.connect(endpoint);
    await dealer.send(["no", "delimiter"]);
    await dealer.send(["no body", ""]);
    await dealer.send(["", "request"]);
    await clock.elapse(10);
    expect(textOf(await reply.receive())).toEqual(["request"]);
  });

  test("drops a reply whose peer is gone", async () => {
    const { platform, clock } = world();
    const reply = new Reply({}, platform);
    await reply.bind(endpoint);
    const request = new Request({ linger: 0 }, platform);
    request.connect(endpoint);
    const sending = request.send("question");
    await clock.elapse(10);
    await sending;
    await reply.receive();
    await Promise.all([request.close(), clock.elapse(10)]);
    await reply.send("to nobody");
    expect(() => reply.send("again")).toThrow(expect.objectContaining({ code: "USAGE_STATE" }));
  });

  test("waits for a peer that does not read its replies, until it is gone", async () => {
    const { platform, clock } = world({ bufferBytes: 1000 });
    const reply = new Reply({ sendHighWaterMark: 1 }, platform);
    await reply.bind(endpoint);
    const dealer = new Dealer({ receiveHighWaterMark: 1, linger: 0 }, platform);
    dealer.connect(endpoint);
    for (let n = 0; n < 20; n += 1) await dealer.send(["", "x"]);
    await clock.elapse(10);
    let replied = 0;
    const serving = (async () => {
      for await (const _request of reply) {
        await reply.send(new Uint8Array(1000));
        replied += 1;
      }
    })();
    await clock.elapse(100);
    expect(replied).toBeLessThan(10);
    await Promise.all([dealer.close(), clock.elapse(100)]);
    for (let n = 0; n < 20; n += 1) await clock.elapse(1);
    expect(replied).toBe(20);
    await Promise.all([reply.close(), serving, clock.elapse(10)]);
  });

  test("an iteration that does not reply is told so", async () => {
    const { platform, clock } = world();
    const reply = new Reply({}, platform);
    await reply.bind(endpoint);
    const dealer = new Dealer({}, platform);
    dealer.connect(endpoint);
    await dealer.send(["", "x"]);
    await clock.elapse(10);
    const iterate = async (): Promise<void> => {
      for await (const request of reply) expect(textOf(request)).toEqual(["x"]);
    };
    await expect(iterate()).rejects.toMatchObject({ code: "USAGE_STATE" });
  });
});
