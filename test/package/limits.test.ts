/** The page about limits says what the code does. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODEC_DEFAULTS, MAX_INTEGER_DIGITS } from "../../src/codec/errors.ts";
import { MAX_CALLS } from "../../src/dialects/multicall/dialect.ts";
import { zerorpc } from "../../src/dialects/zerorpc/dialect.ts";
import { PEER_OPTIONS } from "../../src/node/rpc-options.ts";
import { Client, Server } from "../../src/node/index.ts";
import { LEAVE_MS } from "../../src/rpc/idle-links.ts";
import { MAX_REQUEST_ID, RPC_DEFAULTS } from "../../src/rpc/limits.ts";
import { MAX_UNREAD_NOTIFICATIONS } from "../../src/rpc/notifications.ts";
import { MAX_WAITING_STEPS } from "../../src/rpc/pump.ts";
import { WINDOW_DEFAULTS } from "../../src/rpc/receive-window.ts";
import { MAX_UNAWAITED_NOTIFICATIONS } from "../../src/rpc/remote-peer.ts";
import { SUBSCRIPTION_DEFAULTS } from "../../src/rpc/subscription-book.ts";
import { DEFAULT_MAX_SUBSCRIPTION_BYTES } from "../../src/sockets/publisher.ts";
import { SOCKET_DEFAULTS } from "../../src/sockets/resolved-options.ts";
import { MAX_SERVER_KEYS } from "../../src/sockets/security.ts";
import { CONNECTION_DEFAULTS } from "../../src/zmtp/connection-options.ts";
import { MAX_UNKNOWN_PEER_BYTES } from "../../src/zmtp/mechanism.ts";
import { ROOT } from "./tree.ts";

interface Row {
  readonly limit: string;
  readonly option: string;
  /** Where the option stands, if not in the options of clients and servers. */
  readonly place: string;
  readonly of: string;
  readonly default: number;
  readonly over: string;
}

const page = readFileSync(join(ROOT, "docs/reference/limits.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| limit") && !line.includes("| ---"))
  .map((line): Row => {
    const [limit = "", option = "", of = "", value = "", , over = ""] = line
      .split("|")
      .slice(1)
      .map((cell) => cell.trim());
    const [, name = option, place = ""] = /^`(\w+)`(.*)$/.exec(option) ?? [];
    const number = value === "none" ? Infinity : Number(value.replaceAll(",", ""));
    return { limit, option: name, place: place.trim(), of, default: number, over };
  });

const { maxQueuedCalls, maxCallsPerPeer, maxStreamsPerPeer } = RPC_DEFAULTS;
const { rememberedReplies, rememberedBytes } = RPC_DEFAULTS;

/** Limits that can be set, by their options. */
const SETTABLE: Readonly<Record<string, number | undefined>> = {
  ...CODEC_DEFAULTS,
  ...WINDOW_DEFAULTS,
  ...SUBSCRIPTION_DEFAULTS,
  maxQueuedCalls,
  maxCallsPerPeer,
  maxStreamsPerPeer,
  rememberedReplies,
  rememberedBytes,
  poolSize: Infinity,
  rateLimit: Infinity,
  idleTimeoutMs: RPC_DEFAULTS.idleTimeoutMs || Infinity,
  maxCallsPerOldPeer: zerorpc().traits.plainCalls,
  maxCalls: MAX_CALLS,
  maxCommandBytes: CONNECTION_DEFAULTS.maxCommandBytes,
  maxSubscriptionBytes: DEFAULT_MAX_SUBSCRIPTION_BYTES,
  ...Object.fromEntries(
    Object.entries(SOCKET_DEFAULTS).filter(([name]) =>
      /^max|HighWater|^handshakeInterval$|^linger$/.test(name),
    ),
  ),
};

/** Limits that cannot. */
const FIXED = [
  MAX_UNKNOWN_PEER_BYTES,
  MAX_REQUEST_ID,
  MAX_INTEGER_DIGITS,
  MAX_WAITING_STEPS,
  MAX_UNAWAITED_NOTIFICATIONS,
  MAX_UNREAD_NOTIFICATIONS,
  MAX_SERVER_KEYS,
  LEAVE_MS,
];

describe("the page about limits", () => {
  test("has every limit with its default, and no other", () => {
    const told = new Set(rows.map(({ option }) => option));
    told.delete("fixed");
    expect([...told].toSorted()).toEqual(Object.keys(SETTABLE).toSorted());
    for (const row of rows) {
      if (row.option === "fixed") continue;
      expect({ [row.option]: row.default }).toEqual({ [row.option]: SETTABLE[row.option] });
    }
    const fixed = rows.filter(({ option }) => option === "fixed").map((row) => row.default);
    expect(fixed.toSorted((a, b) => a - b)).toEqual(FIXED.toSorted((a, b) => a - b));
  });

  test("says what happens over each of them", () => {
    expect(rows.filter(({ over }) => over === "")).toEqual([]);
  });

  test("names errors that there are", () => {
    const errors = readFileSync(join(ROOT, "docs/reference/errors.md"), "utf8");
    const codes = [...page.matchAll(/`([A-Z]+_[A-Z_]+|resource_exhausted|not_found|internal)`/g)];
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter(([, code]) => !errors.includes(`### \`${code}\`\n`))).toEqual([]);
  });

  const settable = rows.filter(({ of }) => of !== "");

  test.each(settable)("$option can be given to those that it names", async ({ option, of }) => {
    const value = option === "rateLimit" ? { callsPerSecond: 1 } : 7;
    const options = { [option]: value };
    const given = [
      ...(of.includes("S") ? [new Server({}, options)] : []),
      ...(of.includes("C") ? [new Client([], options)] : []),
    ];
    expect(given.length).toBeGreaterThan(0);
    for (const one of given) await one.close();
  });

  test("leaves out no limit that clients and servers take", () => {
    const limits = Object.keys(PEER_OPTIONS).filter((name) => /^max|HighWater/.test(name));
    expect(limits.filter((name) => !rows.some(({ option }) => option === name))).toEqual([]);
  });
});
