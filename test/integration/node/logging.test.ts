import { channel } from "node:diagnostics_channel";
import pino from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { Client, DIAGNOSTICS_CHANNEL, Server } from "../../../src/node/index.ts";
import type { Logger } from "../../../src/node/index.ts";

const service = {
  add: (a: number, b: number) => a + b,
  fail: () => {
    throw new TypeError("no such thing");
  },
};

describe("logging", () => {
  const closing: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
  });

  async function talk(logger?: Logger): Promise<void> {
    const server = new Server(service, logger === undefined ? {} : { logger });
    closing.push(server);
    const client = new Client<typeof service>(await server.bind("tcp://127.0.0.1:0"));
    closing.unshift(client);
    await client.add(1, 2);
    await expect(client.fail()).rejects.toThrow("no such thing");
  }

  test("tells pino the start at info, calls at debug and handlers' errors at error", async () => {
    const lines: { level: number; msg: string }[] = [];
    const write = (line: string): void => {
      lines.push(JSON.parse(line) as { level: number; msg: string });
    };
    await talk(pino({ level: "debug" }, { write }));
    const { info, debug, error } = pino.levels.values;
    const said = (level: number | undefined): string =>
      lines
        .filter((line) => line.level === level)
        .map((line) => line.msg)
        .join("\n");
    expect(said(info)).toMatch(/^bound to tcp:\/\/127\.0\.0\.1:\d+$/m);
    expect(said(debug)).toMatch(/add\(\) called by 127\.0\.0\.1/);
    expect(said(error)).toMatch(/fail\(\) called by .* failed: TypeError: no such thing/);
  });

  test("lets no caller write lines of its own, or long ones", async () => {
    const lines: string[] = [];
    const logger: Logger = pino(
      { level: "debug" },
      { write: (line: string) => void lines.push(line) },
    );
    const policy = { rules: [], otherwise: "deny" } as const;
    const server = new Server(service, { logger, policy });
    closing.push(server);
    const client = new Client(await server.bind("tcp://127.0.0.1:0"));
    closing.unshift(client);
    const name = `add\n\u001b[2J${"x".repeat(10_000)}`;
    await expect(client.call(name)).rejects.toMatchObject({ status: "unauthenticated" });
    const told = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(told.filter((text) => text.includes("was denied"))).toHaveLength(1);
    for (const text of told) {
      expect(text).not.toMatch(/\p{Cc}/u);
      expect(text.length).toBeLessThan(500);
    }
  });

  test("accepts console as a logger", () => {
    const logger: Logger = console;
    expect(() => closing.push(new Server(service, { logger }))).not.toThrow();
  });

  test("publishes the same on the diagnostics channel, as objects with their side", async () => {
    const heard: { side: string; type: string }[] = [];
    const listen = (event: unknown): void => {
      heard.push(event as { side: string; type: string });
    };
    const diagnostics = channel(DIAGNOSTICS_CHANNEL);
    diagnostics.subscribe(listen);
    await talk();
    diagnostics.unsubscribe(listen);
    expect(heard).toContainEqual(
      expect.objectContaining({ side: "server", type: "call-failed", method: "fail" }),
    );
    expect(heard).toContainEqual(expect.objectContaining({ side: "client", type: "peer-opened" }));
  });
});
