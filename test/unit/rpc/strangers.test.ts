import { describe, expect, test } from "vitest";
import { encodeAscii, decodeAscii } from "../../../src/base/text.ts";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
import type { Dialect } from "../../../src/rpc/dialect.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import type { RpcEvent } from "../../../src/rpc/rpc-event.ts";
import { Strangers } from "../../../src/rpc/strangers.ts";
import type { Link } from "../../../src/rpc/transport.ts";

const NOTHING = new Uint8Array(0);
const ALL = [zerorpc(), jsonrpc(), netcall(), zrpc(), multicall()];

/** A peer that says one thing after the other to a server of some dialects. */
function stranger(
  dialects: readonly Dialect[],
  socketType: string,
): {
  readonly strangers: Strangers;
  readonly events: RpcEvent[];
  say(...messages: readonly Message[]): string[][];
} {
  const events: RpcEvent[] = [];
  const strangers = new Strangers(dialects, (event) => events.push(event));
  const sent: string[][] = [];
  const link = {
    endpoint: "tcp://127.0.0.1:1",
    address: "10.0.0.1:2",
    socketType,
    send: (message: Message) => sent.push(message.map(decodeAscii)),
  } as unknown as Link;
  return {
    strangers,
    events,
    say: (...messages) => {
      for (const message of messages) strangers.take(link, message);
      return sent.splice(0);
    },
  };
}

describe("a message of no dialect", () => {
  test("is counted each time, and reported once of a peer, with how it begins", () => {
    const { strangers, events, say } = stranger(ALL, "DEALER");
    say([Uint8Array.of(0xc0)], [Uint8Array.of(0xc1)], [NOTHING, Uint8Array.of(0xc0)]);
    expect(strangers.messages).toBe(3);
    expect(events).toEqual([
      {
        type: "unrecognised",
        endpoint: "tcp://127.0.0.1:1",
        address: "10.0.0.1:2",
        reason:
          "the message is of no dialect that this server speaks (zerorpc, jsonrpc, netcall, zrpc," +
          " multicall): 1 frames, in the last one c0",
      },
    ]);
  });

  test("that is text gets the error of JSON-RPC for what cannot be read", () => {
    const { say } = stranger(ALL, "DEALER");
    const [parseError, invalid] = say([encodeAscii("hello")], [NOTHING, encodeAscii(" [1,2]")]);
    expect(JSON.parse(parseError?.[0] ?? "")).toMatchObject({
      id: null,
      error: { code: -32700, message: "Parse error" },
    });
    expect(JSON.parse(invalid?.at(-1) ?? "")).toMatchObject([{ id: null }, { id: null }]);
  });

  test("that is text gets a failure of multicall where nobody speaks JSON-RPC", () => {
    const { say } = stranger([zerorpc(), multicall()], "REQ");
    const [answer] = say([NOTHING, encodeAscii("{}")]);
    expect(answer?.[0]).toBe("");
    expect(JSON.parse(answer?.[1] ?? "")).toHaveLength(1);
  });

  test("of a REQ peer gets an empty answer of zrpc, so that it can ask again", () => {
    expect(stranger(ALL, "REQ").say([NOTHING, Uint8Array.of(0xc0)])).toEqual([["", ""]]);
    expect(stranger(ALL, "DEALER").say([NOTHING, Uint8Array.of(0xc0)])).toEqual([]);
  });

  test("gets no answer where no dialect has one", () => {
    const { say } = stranger([zerorpc(), netcall()], "REQ");
    expect(say([NOTHING, encodeAscii("hello")], [NOTHING, Uint8Array.of(0xc0)], [])).toEqual([]);
  });
});
