/** Files, descriptors, clocks and time that a process does not get, and very many connections. */

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect } from "vitest";
import { Client } from "../../src/node/client.ts";
import { Server } from "../../src/node/server.ts";
import { eventually, fault, SLOW, timed } from "./scene.ts";

describe("socket files", () => {
  fault("a socket file cannot be made", async (scene) => {
    const { folder } = scene;
    writeFileSync(`${folder}/file`, "");
    await using server = new Server();
    for (const [path, code, message] of [
      ["missing/x.sock", "TRANSPORT_ADDRESS_NOT_AVAILABLE", "expected the folder"],
      ["file/x.sock", "TRANSPORT_ADDRESS_NOT_AVAILABLE", "expected the folder"],
      ["x".repeat(200), "USAGE_ENDPOINT", "expected a path of at most 107 octets"],
      ["file", "TRANSPORT_ADDRESS_IN_USE", "the file is no socket"],
    ] as const) {
      const { outcome, ms } = await timed(bind(server, `ipc://${folder}/${path}`));
      expect(outcome).toMatchObject({ code });
      expect((outcome as Error).message).toContain(message);
      expect(ms).toBeLessThan(1000);
    }
    // The server is as good as before.
    await server.bind(`ipc://${folder}/good.sock`);
    await using client = new Client(`ipc://${folder}/good.sock`);
    await expect(client.call("none")).rejects.toMatchObject({ status: "unimplemented" });
  });

  fault("a socket file or port is not permitted", async (scene) => {
    const { folder } = scene;
    chmodSync(folder, 0o755);
    for (const [name, mode] of [
      ["open", 0o777],
      ["locked", 0o555],
      ["hidden", 0o600],
    ] as const) {
      mkdirSync(`${folder}/${name}`);
      chmodSync(`${folder}/${name}`, mode);
    }
    const { endpoint } = await scene.server({ bind: [`ipc://${folder}/taken.sock`] });
    chmodSync(`${folder}/taken.sock`, 0);
    const refused = [
      `ipc://${folder}/locked/x.sock`,
      `ipc://${folder}/hidden/deep/x.sock`,
      endpoint,
      ...(FIRST_FREE_PORT > 1 ? ["tcp://127.0.0.1:1"] : []),
    ];
    const allowed = `ipc://${folder}/open/x.sock`;
    const child = scene.unprivileged({ binds: [...refused, allowed], endpoint });
    const told = async (wanted: string): Promise<unknown> =>
      child.heard(({ value }) => (value as { readonly asked: string }).asked === wanted);
    for (const asked of refused) {
      expect(await told(asked)).toMatchObject({
        code: "TRANSPORT_PERMISSION",
        message: `not permitted: ${asked}`,
      });
    }
    expect(await told(allowed)).toMatchObject({ value: allowed });
    expect(await told("soon")).toMatchObject({
      code: "unavailable",
      mayHaveRun: false,
      message: expect.stringContaining(`not permitted: ${endpoint}`) as string,
    });
    chmodSync(`${folder}/taken.sock`, 0o777);
    expect(await told("later")).toMatchObject({ value: expect.any(Number) as number });
    expect(await child.ended()).toMatchObject({ code: 0 });
    chmodSync(`${folder}/hidden`, 0o700);
  });

  fault("the disk of a socket file is full or read-only", async (scene) => {
    for (const [name, options, message] of [
      ["full", "size=4k,nr_inodes=2", "ENOSPC: no space left on device"],
      ["locked", "ro", "EROFS: read-only file system"],
    ] as const) {
      const path = `${scene.folder}/${name}`;
      mkdirSync(path);
      // Only root may mount; others see the row pass without it.
      if (!mount(path, options)) continue;
      try {
        if (name === "full") writeFileSync(`${path}/last`, "");
        await using server = new Server();
        const { outcome, ms } = await timed(bind(server, `ipc://${path}/x.sock`));
        expect(outcome).toMatchObject({ code: "TRANSPORT_FAILED" });
        expect((outcome as Error).message).toContain(message);
        expect(ms).toBeLessThan(1000);
        await server.bind(`ipc://${scene.folder}/good.sock`);
      } finally {
        execFileSync("umount", [path]);
      }
    }
  });
});

describe("a process", () => {
  fault("a server runs out of file descriptors", async (scene) => {
    // Loading modules takes a hundred at once.
    const { child, endpoint } = await scene.server({ descriptors: 256 });
    const first = scene.client(endpoint);
    await first.call("who");
    const crowd = Array.from({ length: 300 }, () => new Client(endpoint, { timeoutMs: 20_000 }));
    const answers = crowd.map((client) => timed(client.call("who")));
    await setTimeout(500);
    // Who is in is served, whoever else waits at the door.
    expect(await first.call("echo", ["inside"])).toBe("inside");
    expect(child.alive).toBe(true);
    const pid = await first.call("who");
    let served = 0;
    for (const [n, client] of crowd.entries()) {
      const { outcome } = await (answers[n] as (typeof answers)[number]);
      if (outcome === pid) served++;
      // It makes room for the next.
      await client.close();
    }
    expect(served).toBe(crowd.length);
  });

  fault("the wall clock jumps", async (scene) => {
    const preload = `${scene.folder}/clock.mjs`;
    writeFileSync(
      preload,
      "const real = Date.now;\nlet jumps = 0;\n" +
        "Date.now = () => real() + (jumps++ % 2 === 0 ? 1 : -1) * 86_400_000;\n",
    );
    const { child, endpoint } = await scene.server({ preload });
    const client = scene.client(endpoint);
    const real = Date.now;
    let jumps = 0;
    Date.now = () => real() + (jumps++ % 2 === 0 ? 1 : -1) * 86_400_000;
    try {
      expect(await client.call("work", ["steady", 200], { timeoutMs: 5000 })).toBe("steady");
      const { outcome, ms } = await timed(client.call("hang", [], { timeoutMs: 300 }));
      expect(outcome).toMatchObject({ status: "deadline_exceeded" });
      expect(ms).toBeGreaterThan(290);
      expect(ms).toBeLessThan(1300);
      await eventually(async () => (await child.holds()).aborted === 1);
    } finally {
      Date.now = real;
    }
  });

  const blockMs = SLOW ? 60_000 : 3000;
  fault(
    "the event loop of a server is blocked",
    async (scene) => {
      const { child, endpoint } = await scene.server({ options: { heartbeatMs: 200 } });
      const client = scene.client(endpoint, { heartbeatMs: 200, timeoutMs: 0 });
      const hanging = timed(client.call("hang", [], { timeoutMs: blockMs + 10_000 }));
      const blocking = timed(client.call("block", [blockMs]));
      await setTimeout(blockMs / 3);
      const behind = timed(client.call("work", ["behind"]));
      expect(await blocking).toMatchObject({ outcome: "blocked" });
      expect(await behind).toMatchObject({ outcome: "behind" });
      expect(client.peers).toHaveLength(1);
      expect((await child.holds()).openCalls).toBe(1);
      await client.close();
      expect(await hanging).toMatchObject({ outcome: { status: "cancelled" } });
    },
    blockMs + 30_000,
  );

  fault("the event loop of a client is blocked", async (scene) => {
    const { child, endpoint } = await scene.server({ options: { heartbeatMs: 200 } });
    const client = scene.client(endpoint, { heartbeatMs: 200 });
    const running = timed(client.call("work", ["slow", 200]));
    const stream = client.call("items");
    await stream.next();
    await eventually(() => scene.runs.size === 1);
    const until = performance.now() + 1500;
    while (performance.now() < until);
    expect(await running).toMatchObject({ outcome: "slow" });
    expect((await stream.next()).value).toBe(1);
    await stream.return(undefined);
    expect((await child.holds()).aborted).toBe(0);
  });
});

describe("very many", () => {
  fault(
    "ten thousand clients connect and disconnect",
    async (scene) => {
      const { child, endpoint } = await scene.server();
      const round = async (count: number): Promise<void> => {
        let left = count;
        const lane = async (): Promise<void> => {
          while (left-- > 0) {
            await using client = new Client(endpoint);
            await client.call("who");
          }
        };
        await Promise.all(Array.from({ length: 20 }, lane));
      };
      await round(1000);
      await setTimeout(300);
      const before = await child.holds();
      await round(9000);
      await eventually(async () => {
        const { handles, timers } = await child.holds();
        return handles <= before.handles && timers <= before.timers;
      });
      const { heapBytes } = await child.holds();
      // Less than 300 octets for each that has come and gone.
      expect(heapBytes - before.heapBytes).toBeLessThan(9000 * 300);
    },
    120_000,
  );
});

/** Below it a port takes a privilege, which no user has to lack: containers often begin at 0. */
const FIRST_FREE_PORT = firstFreePort();

function firstFreePort(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  } catch {
    return 0;
  }
}

/** Also what is thrown at once becomes a rejection. */
async function bind(server: Server, endpoint: string): Promise<string> {
  return server.bind(endpoint);
}

/** Mounts a file system in memory; `false` where this user may not. */
function mount(path: string, options: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
