import { describe, expect } from "vitest";
import { type CallContext, callContext, withContext } from "../../../src/rpc/context.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import type { Interceptor } from "../../../src/rpc/interceptor.ts";
import { collect, outcomeOf, scenario } from "../../support/rpc.ts";

const doubled: Interceptor = async (call, next) => {
  const result = await next(call);
  if (typeof result === "number") return result * 2;
  return (async function* (): AsyncGenerator<number> {
    for await (const item of result as AsyncIterable<number>) yield item * 2;
  })();
};

const service = {
  add: (a: number, b: number) => a + b,
  *count(n: number) {
    for (let i = 1; i <= n; i++) yield i;
  },
  headers: withContext((call: CallContext) => call.headers),
  fail: () => {
    throw new RangeError("no");
  },
};

describe("an interceptor", () => {
  for (const side of ["client", "server"] as const) {
    const on = (interceptor: Interceptor): { interceptors?: Interceptor[] }[] => {
      const options = { interceptors: [interceptor] };
      return side === "client" ? [options, {}] : [{}, options];
    };

    scenario(`of a ${side} changes results and wraps streams`, async (world) => {
      const [client = {}, server = {}] = on(doubled);
      world.server(service, server);
      const caller = world.client(client);
      const sum = caller.call("add", 1, 2);
      const items = collect(caller.call("count", 3));
      const stepped = caller.call("count", 2);
      const steps = [stepped.next(), stepped.next(), stepped.next()];
      for (let i = 0; i < 10; i++) await world.settle();
      expect(await sum).toBe(6);
      expect(await items).toEqual([2, 4, 6]);
      expect((await Promise.all(steps)).map(({ value }) => value)).toEqual(
        [2, 4, side === "client" ? undefined : null].map((value) => value ?? undefined),
      );
    });

    scenario(`of a ${side} changes arguments and headers`, async (world) => {
      const [client = {}, server = {}] = on((call, next) =>
        next({ ...call, args: call.args.toReversed(), headers: { ...call.headers, more: 1 } }),
      );
      world.server({ ...service, minus: (a: number, b: number) => a - b }, server);
      const caller = world.client({ ...client, headers: { some: 0 } });
      const difference = caller.call("minus", 1, 5);
      const headers = caller.callWith({ headers: { own: 2 } }, "headers");
      await world.settle();
      expect(await difference).toBe(4);
      expect(await headers).toEqual({ some: 0, own: 2, more: 1 });
    });

    scenario(`of a ${side} replaces errors, sees what was thrown, and may throw`, async (world) => {
      const seen: unknown[] = [];
      const [client = {}, server = {}] = on(async (call, next) => {
        if (call.method === "add") throw new RpcError("permission_denied", "not you");
        try {
          return await next(call);
        } catch (error) {
          seen.push(error);
          return "replaced";
        }
      });
      world.server(service, server);
      const caller = world.client(client);
      const replaced = caller.call("fail");
      const refused = outcomeOf(caller.call("add", 1, 2));
      await world.settle();
      expect(await replaced).toBe("replaced");
      expect(seen).toMatchObject([{ name: "RangeError", message: "no" }]);
      expect(await refused).toMatchObject({ code: "permission_denied", message: "not you" });
    });

    scenario(`of a ${side} may answer without the call`, async (world) => {
      const [client = {}, server = {}] = on(() => "from the cache");
      const started = world.server(service, server);
      const answer = world.client(client).call("add", 1, 2);
      await world.settle();
      expect(await answer).toBe("from the cache");
      const calls = started.events.filter(({ type }) => type === "call-started");
      expect(calls.length).toBe(side === "client" ? 0 : 1);
    });

    scenario(`of a ${side} sees a stream that is left half read`, async (world) => {
      const log: string[] = [];
      const [client = {}, server = {}] = on(async (call, next) => {
        const items = (await next(call)) as AsyncIterable<unknown>;
        return (async function* (): AsyncGenerator {
          try {
            yield* items;
          } finally {
            log.push("wrapper closed");
          }
        })();
      });
      world.server(
        {
          async *items() {
            try {
              for (;;) yield 1;
            } finally {
              log.push("handler closed");
            }
          },
        },
        server,
      );
      const iterator = world.client(client).call("items")[Symbol.asyncIterator]();
      const first = iterator.next();
      await world.settle();
      await first;
      const closed = iterator.return(undefined);
      for (let i = 0; i < 10; i++) await world.settle();
      await closed;
      expect(log.toSorted()).toEqual(["handler closed", "wrapper closed"]);
    });
  }

  scenario("is passed through in order, the first one outermost", async (world) => {
    const log: string[] = [];
    const named =
      (name: string): Interceptor =>
      async (call, next) => {
        log.push(`> ${name}`);
        const result = await next(call);
        log.push(`< ${name}`);
        return result;
      };
    world.server(service, { interceptors: [named("c"), named("d")] });
    const client = world.client({ interceptors: [named("a"), named("b")] });
    const answer = client.call("add", 1, 2);
    await world.settle();
    expect(await answer).toBe(3);
    expect(log).toEqual(["> a", "> b", "> c", "> d", "< d", "< c", "< b", "< a"]);
  });

  scenario("of a client sees named arguments and one-way calls", async (world) => {
    const seen: unknown[] = [];
    const client = world.client({
      interceptors: [
        (call, next) => {
          seen.push([call.side, call.method, call.args, call.named]);
          return next(call.named === undefined ? call : { ...call, named: { a: 20, b: 1 } });
        },
      ],
    });
    world.server(service);
    const sum = client.caller.call("add", { a: 1, b: 1 });
    const mixed = client.caller.call("add", [20], { named: { b: 1 } });
    const given = client.caller.notify("add", [1, 2]);
    await world.settle();
    expect(await sum).toBe(21);
    expect(await outcomeOf(mixed)).toMatchObject({ code: "invalid_argument" });
    expect(await given).toBeUndefined();
    expect(seen).toEqual([
      ["client", "add", [], { a: 1, b: 1 }],
      ["client", "add", [20], { b: 1 }],
      ["client", "add", [1, 2], undefined],
    ]);
  });

  scenario(
    "of a server has the call's context, and so has the handler behind its await",
    async (world) => {
      const methods: unknown[] = [];
      world.server(
        {
          who: () => callContext().method,
          *items() {
            yield callContext().method;
          },
        },
        {
          interceptors: [
            async (call, next) => {
              methods.push(call.context?.method);
              await Promise.resolve();
              return next(call);
            },
          ],
        },
      );
      const client = world.client();
      const who = client.call("who");
      const items = collect(client.call("items"));
      await world.settle();
      expect(await who).toBe("who");
      expect(await items).toEqual(["items"]);
      expect(methods).toEqual(["who", "items"]);
    },
  );

  scenario("whose answer fails is no unhandled rejection for who iterates", async (world) => {
    const client = world.client({
      interceptors: [
        () => {
          throw new Error("broken");
        },
      ],
    });
    const iterator = client.call("x")[Symbol.asyncIterator]();
    await world.settle();
    expect(await outcomeOf(iterator.next())).toMatchObject({ message: "broken" });
  });
});
