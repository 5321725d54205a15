import { describe, expect, test } from "vitest";
import { resolveOptions, routingIdOf } from "../../../src/sockets/resolved-options.ts";
import { splitOptions } from "../../../src/sockets/own-options.ts";

describe("resolveOptions", () => {
  test("fills in the defaults", () => {
    expect(resolveOptions({})).toEqual({
      routingId: new Uint8Array(0),
      sendHighWaterMark: 1000,
      receiveHighWaterMark: 1000,
      sendHighWaterBytes: 67_108_864,
      receiveHighWaterBytes: 67_108_864,
      lingerMs: 5000,
      reconnectIntervalMs: 100,
      reconnectMaxIntervalMs: 5000,
      heartbeatIntervalMs: 0,
      heartbeatTimeoutMs: 0,
      heartbeatTtlMs: 0,
      handshakeTimeoutMs: 30_000,
      connectTimeoutMs: 0,
      maxMessageBytes: 104_857_600,
      maxFrames: 1024,
      immediate: false,
      keepAliveIdleMs: 30_000,
      backlog: 511,
      ipv6: false,
      sendTimeoutMs: Number.POSITIVE_INFINITY,
      receiveTimeoutMs: Number.POSITIVE_INFINITY,
      maxHandshakes: 2048,
      maxHandshakesPerAddress: 512,
      maxConnections: 10_000,
      maxConnectionsPerAddress: 2000,
    });
  });

  test("takes undefined for what was not given", () => {
    expect(resolveOptions({ linger: undefined } as object).lingerMs).toBe(5000);
  });

  test("reads -1 as for ever, and as the default where there is one", () => {
    const options = resolveOptions({ linger: -1, sendTimeout: -1, receiveTimeout: 0 });
    expect([options.lingerMs, options.sendTimeoutMs, options.receiveTimeoutMs]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    const heartbeat = resolveOptions({ heartbeatInterval: 700, heartbeatTimeout: -1 });
    expect(heartbeat.heartbeatTimeoutMs).toBe(700);
    expect(resolveOptions({ heartbeatTimeout: 5 }).heartbeatTimeoutMs).toBe(5);
  });

  test("probes silent connections unless told not to", () => {
    expect(resolveOptions({ tcpKeepalive: 1, tcpKeepaliveIdle: 7 }).keepAliveIdleMs).toBe(7000);
    expect(resolveOptions({ tcpKeepalive: 0, tcpKeepaliveIdle: 7 }).keepAliveIdleMs).toBe(
      undefined,
    );
  });

  test.each([
    [{ sendHighWaterMark: 0 }, "sendHighWaterMark to be an integer from 1"],
    [{ receiveHighWaterMark: 1.5 }, "receiveHighWaterMark to be an integer from 1"],
    [{ linger: -2 }, "linger to be an integer from -1"],
    [{ maxMessageSize: -1 }, "maxMessageSize to be an integer from 1"],
    [{ heartbeatTimeToLive: 6_553_501 }, "heartbeatTimeToLive to be an integer from 0 to 6553500"],
    [{ handshakeInterval: Number.NaN }, "handshakeInterval to be an integer"],
    [{ linger: "0" }, "linger to be an integer"],
    [{ immediate: 1 }, "immediate to be true or false"],
    [{ routingId: 5 }, "routingId to be text, octets or null"],
    [{ highWaterMark: 5 }, 'unknown option "highWaterMark"'],
    [{ zapDomain: "a" }, 'option "zapDomain" is not supported: the mechanisms are PLAIN and CURVE'],
    [{ affinity: 1 }, 'option "affinity" is not supported: this engine has no I/O threads'],
  ])("refuses %j", (options, text) => {
    const resolve = (): unknown => resolveOptions(options as object);
    expect(resolve).toThrow(expect.objectContaining({ code: "USAGE_OPTION" }));
    expect(resolve).toThrow(text);
  });
});

describe("routingIdOf", () => {
  test("takes text as UTF-8 and octets as a copy", () => {
    expect(routingIdOf("é")).toEqual(Uint8Array.of(0xc3, 0xa9));
    const octets = Uint8Array.of(1, 2);
    const id = routingIdOf(octets);
    octets[0] = 9;
    expect(id).toEqual(Uint8Array.of(1, 2));
  });

  test.each([[""], ["x".repeat(256)], ["\0abc"]])("refuses %j", (id) => {
    expect(() => routingIdOf(id)).toThrow(expect.objectContaining({ code: "USAGE_OPTION" }));
  });
});

describe("splitOptions", () => {
  test("takes the own options out, false by default", () => {
    const given = { linger: 1, mandatory: true };
    expect(splitOptions<"mandatory" | "handover">(given, "mandatory", "handover")).toEqual({
      own: { mandatory: true, handover: false },
      shared: { linger: 1 },
    });
  });

  test("refuses what is neither true nor false", () => {
    expect(() => splitOptions({ mandatory: 1 } as object, "mandatory")).toThrow("true or false");
  });
});
