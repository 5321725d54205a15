import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { isServedHere, noteListener } from "../../../src/node/own-listeners.ts";

function listenAt(endpoint: string): AsyncDisposable {
  const listener = noteListener({ endpoint, close: () => Promise.resolve() });
  return { [Symbol.asyncDispose]: () => listener.close() };
}

describe("own listeners", () => {
  test("are found until they are closed", async () => {
    {
      await using _ = listenAt("tcp://127.0.0.1:7001");
      expect(isServedHere("tcp://127.0.0.1:7001")).toBe(true);
      expect(isServedHere("tcp://127.0.0.1:7002")).toBe(false);
      expect(isServedHere("tcp://192.0.2.1:7001")).toBe(false);
    }
    expect(isServedHere("tcp://127.0.0.1:7001")).toBe(false);
  });

  test("at all addresses are found by every name of this machine", async () => {
    await using _ = listenAt("tcp://0.0.0.0:7003");
    const own = Object.values(networkInterfaces()).flat()[0]?.address ?? "127.0.0.1";
    const host = own.includes(":") ? `[${own}]` : own;
    for (const name of ["localhost", "127.0.0.1", "127.0.1.1", "[::1]", host]) {
      expect([name, isServedHere(`tcp://${name}:7003`)]).toEqual([name, true]);
    }
    expect(isServedHere("tcp://example.org:7003")).toBe(false);
    expect(isServedHere("ipc:///x")).toBe(false);
  });

  test("at an address of this machine alone are found by the name localhost", async () => {
    await using _ = listenAt("tcp://127.0.0.1:7004");
    await using __ = listenAt("tcp://[::1]:7005");
    await using ___ = listenAt("tcp://127.0.0.2:7006");
    expect(isServedHere("tcp://localhost:7004")).toBe(true);
    expect(isServedHere("tcp://localhost:7005")).toBe(true);
    expect(isServedHere("tcp://localhost:7006")).toBe(false);
    expect(isServedHere("tcp://localhost:7007")).toBe(false);
  });

  test("at paths are found by any way to write the path", async () => {
    await using _ = listenAt("ipc:///run/a.sock");
    await using __ = listenAt("ipc://@name");
    expect(isServedHere("ipc:///run/../run/a.sock")).toBe(true);
    expect(isServedHere("ipc:///run/b.sock")).toBe(false);
    expect(isServedHere("ipc://@name")).toBe(true);
    expect(isServedHere("ipc://@other")).toBe(false);
  });
});
