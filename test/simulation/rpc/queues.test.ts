import { describe, expect } from "vitest";
import { Gate, outcomeOf, scenario } from "../../support/rpc.ts";

describe("a queue", () => {
  scenario("of a client is bounded, and says so", async (world) => {
    const client = world.client({ maxQueuedCalls: 2, timeoutMs: 100 });
    const answers = [1, 2, 3].map(() => outcomeOf(client.call("x")));
    expect(await answers[2]).toMatchObject({
      code: "resource_exhausted",
      mayHaveRun: false,
      message: "expected at most maxQueuedCalls = 2 calls to wait for a peer, got one more",
    });
    await world.clock.elapse(100);
    await Promise.all(answers);
  });

  scenario("of a server holds what its pool cannot run, in order", async (world) => {
    const gate = new Gate();
    let most = 0;
    const order: number[] = [];
    world.server(
      {
        work: async (n: number) => {
          order.push(n);
          most = Math.max(most, gate.waiting + 1);
          await gate.pass();
          return n;
        },
      },
      { poolSize: 2, maxQueuedCalls: 3 },
    );
    const client = world.client();
    const answers = [1, 2, 3, 4, 5, 6].map((n) => outcomeOf(client.call("work", n)));
    await world.settle();
    expect(await answers[5]).toMatchObject({
      code: "resource_exhausted",
      mayHaveRun: false,
      message:
        "expected at most maxQueuedCalls = 3 calls to wait for one of poolSize = 2 handlers, got one more",
    });
    for (let i = 0; i < 5; i++) {
      gate.open();
      await world.settle();
    }
    expect(await Promise.all(answers.slice(0, 5))).toEqual([1, 2, 3, 4, 5]);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  scenario("of a server serves its peers in turn, however much one of them asks", async (world) => {
    const gate = new Gate();
    const order: string[] = [];
    const work = async (who: string): Promise<void> => {
      order.push(who);
      await gate.pass();
    };
    world.server({ work }, { poolSize: 1 });
    const greedy = world.client({ maxCallsPerOldPeer: Infinity });
    const [modest, third] = [world.client(), world.client()];
    await world.settle();
    const answers = Array.from({ length: 1000 }, () => greedy.call("work", "greedy"));
    await world.settle();
    answers.push(modest.call("work", "modest"), third.call("work", "third"));
    await world.settle();
    for (let served = 0; served < 3; served++) {
      gate.open();
      await world.settle();
    }
    // The first one ran at once, and one more of the greedy peer had its turn.
    expect(order).toEqual(["greedy", "greedy", "modest", "third"]);
    while (gate.waiting > 0) {
      gate.open();
      await world.settle();
    }
    await Promise.all(answers);
  });

  scenario("of a server that is full makes room for who has less in it", async (world) => {
    const gate = new Gate();
    world.server({ work: () => gate.pass() }, { poolSize: 1, maxQueuedCalls: 4 });
    const [greedy, modest] = [world.client(), world.client()];
    await world.settle();
    const most = Array.from({ length: 5 }, () => outcomeOf(greedy.call("work")));
    await world.settle();
    const few = Array.from({ length: 3 }, () => outcomeOf(modest.call("work")));
    await world.settle();
    const refused = { code: "resource_exhausted", mayHaveRun: false };
    expect(await Promise.all(most.slice(3))).toMatchObject([refused, refused]);
    expect(await few[2]).toMatchObject(refused);
    while (gate.waiting > 0) {
      gate.open();
      await world.settle();
    }
    expect(await Promise.all([...most.slice(0, 3), ...few.slice(0, 2)])).toEqual(
      Array.from({ length: 5 }, () => null),
    );
  });

  scenario("of thousands of sync calls does not run into the stack", async (world) => {
    const gate = new Gate();
    world.server({ first: () => gate.pass(), add: (n: number) => n + 1 }, { poolSize: 1 });
    const client = world.client({ maxCallsPerOldPeer: Infinity });
    const first = client.call("first");
    const answers = Array.from({ length: 9000 }, (_, n) => client.call("add", n));
    await world.settle();
    gate.open();
    await world.settle();
    await first;
    expect((await Promise.all(answers)).at(-1)).toBe(9000);
  });

  scenario("keeps the place of a handler whose caller left until it is over", async (world) => {
    const gate = new Gate();
    let running = 0;
    let most = 0;
    world.server(
      {
        stubborn: async () => {
          most = Math.max(most, ++running);
          await gate.pass();
          running--;
        },
      },
      { poolSize: 2 },
    );
    const client = world.client();
    const aborter = new AbortController();
    const { signal } = aborter;
    const left = [1, 2].map(() => outcomeOf(client.callWith({ signal }, "stubborn")));
    await world.settle();
    aborter.abort();
    const more = [1, 2].map(() => client.call("stubborn"));
    await world.settle();
    expect(most).toBe(2);
    gate.open();
    await world.settle();
    gate.open();
    await world.settle();
    await Promise.all([...left, ...more]);
    expect(most).toBe(2);
  });

  scenario("of calls of one peer is bounded", async (world) => {
    const gate = new Gate();
    world.server({ work: () => gate.pass(), add: () => 1 }, { maxCallsPerPeer: 2 });
    const client = world.client();
    const answers = [1, 2, 3].map(() => outcomeOf(client.call("work")));
    const oneWay = client.caller.notify("add", []);
    await world.settle();
    await oneWay;
    expect(await answers[2]).toMatchObject({
      code: "resource_exhausted",
      message: "expected at most maxCallsPerPeer = 2 open calls of one peer, got one more",
    });
    gate.open();
    await world.settle();
    await Promise.all(answers);
  });
});
