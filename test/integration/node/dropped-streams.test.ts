/** Streams that nobody holds any more. */

import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { Client } from "../../../src/node/client.ts";
import { Server } from "../../../src/node/server.ts";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

class Service {
  open = 0;

  async *endless(): AsyncGenerator<number> {
    this.open++;
    try {
      for (let n = 0; ; n++) {
        yield n;
        await delay(1);
      }
    } finally {
      this.open--;
    }
  }
}

/** Ways of reading half of a stream and forgetting it, each in a function whose end lets go of it. */
const WAYS: Readonly<Record<string, (client: Client<Service>) => Promise<void>>> = {
  "after a step": async (client) => {
    const stream = client.endless();
    expect((await stream.next()).value).toBe(0);
  },
  "in the middle of reading ahead": async (client) => {
    const iterator = client.endless()[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(0);
  },
  "without having read": async (client) => {
    await client.endless();
  },
};

describe.each([zerorpc(), netcall()])("$name", (dialect) => {
  test.each(Object.entries(WAYS))("a stream that is dropped %s is closed", async (_, read) => {
    const service = new Service();
    await using server = new Server(service, { dialects: [dialect] });
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    await using client = new Client<Service>(endpoint, { dialect });
    await read(client);
    for (let round = 0; client.openCalls > 0 && round < 500; round++) {
      collectGarbage();
      await delay(5);
    }
    expect(client.openCalls).toBe(0);
    for (let round = 0; service.open > 0 && round < 500; round++) await delay(5);
    expect(service.open).toBe(0);
  });

  test("a stream that is held stays open", async () => {
    const service = new Service();
    await using server = new Server(service, { dialects: [dialect] });
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    await using client = new Client<Service>(endpoint, { dialect });
    const stream = client.endless();
    await stream.next();
    for (let round = 0; round < 10; round++) {
      collectGarbage();
      await delay(5);
    }
    expect(client.openCalls).toBe(1);
    expect((await stream.next(undefined)).done).toBe(false);
    await stream.return(undefined);
  });
});
