import { arrived } from "../../../support/octets.ts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { zrpc } from "../../../../src/dialects/zrpc/dialect.ts";
import { decodeFailure, encodeFailure } from "../../../../src/dialects/zrpc/errors.ts";
import type { Message, Packet } from "../../../../src/rpc/packet.ts";
import { STATUSES } from "../../../../src/rpc/status.ts";

const codec = new MsgpackCodec();
const value = fc.anything({
  maxDepth: 3,
  values: [fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.uint8Array()],
  withNullPrototype: false,
});
const key = fc.string().filter((name) => name !== "__proto__");
const clean = fc
  .jsonValue({ maxDepth: 3 })
  .filter((json) => !JSON.stringify(json).includes("__proto__"));
const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 });
const nearly = fc
  .tuple(fc.array(value, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(255))
  .map(([list, at, octet]): Message => {
    let octets: Uint8Array;
    try {
      octets = codec.encode(list);
    } catch {
      octets = Uint8Array.of(0x94);
    }
    octets[at % octets.length] = octet;
    return [new Uint8Array(0), octets];
  });

function decode(side: "client" | "server", message: Message): Packet[] {
  const dialect = zrpc();
  const peer = { socketType: side === "client" ? "REP" : "REQ" };
  const translator =
    side === "client" ? dialect.clientTranslator(peer) : dialect.serverTranslator(peer);
  const packets: Packet[] = [];
  translator.decode(message, packets);
  return packets;
}

describe("translators", () => {
  test("throw on no input", () => {
    fc.assert(
      fc.property(fc.oneof(frames, nearly), (message) => {
        for (const side of ["client", "server"] as const) {
          for (const packet of decode(side, message)) {
            expect(["request", "malformed", "immediate", "result", "error"]).toContain(packet.type);
          }
        }
        zrpc().recognises(message);
      }),
    );
  });

  test("carry requests both ways", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(clean),
        fc.dictionary(key, clean),
        (method, args, named) => {
          const translator = zrpc().clientTranslator({ socketType: "ROUTER" });
          const channel = translator.open();
          const options = { named };
          const message = translator.encode({ type: "request", channel, method, args, options });
          expect(zrpc().recognises(arrived(message))).toBe(true);
          const [packet] = decode("server", arrived(message));
          expect(packet).toMatchObject({ type: "request", method, args: plain(args) });
          if (packet?.type !== "request") return;
          expect(packet.options?.named ?? {}).toEqual(plain(named));
          expect(packet.options?.requestId).toMatch(/^zrpc .{36,}$/s);
        },
      ),
    );
  });

  test("carry results both ways", () => {
    fc.assert(
      fc.property(clean, (result) => {
        const dialect = zrpc();
        const [client, server] = [
          dialect.clientTranslator({ socketType: "ROUTER" }),
          dialect.serverTranslator({ socketType: "DEALER" }),
        ];
        const channel = client.open();
        const request = client.encode({
          type: "request",
          channel,
          method: "m",
          args: [],
          options: undefined,
        });
        const packets: Packet[] = [];
        server.decode(arrived(request), packets);
        const asked = packets[0]?.channel;
        if (asked === undefined) throw new Error("the request was not read");
        const answer = server.encode({ type: "result", channel: asked, value: result });
        packets.length = 0;
        client.decode(arrived(answer), packets);
        expect(packets).toEqual([{ type: "result", channel, value: plain(result) }]);
      }),
    );
  });
});

/** -0 is written as 0. */
function plain(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json)) as unknown;
}

describe("failures", () => {
  test("of our own keep status and message", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...STATUSES), (message, status) => {
        const read = decodeFailure(encodeFailure({ status, name: "RpcError", message }));
        expect([read.status, read.message]).toEqual([status, message]);
      }),
    );
  });

  test("of a method keep class and message", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.stringMatching(/^[A-Z][a-z]{1,8}(?:Fault|Exception)$/),
        (message, name) => {
          const read = decodeFailure(encodeFailure({ status: "unknown", name, message }));
          expect(read).toEqual({ status: "unknown", name, message });
        },
      ),
    );
  });

  test("are read from any payload", () => {
    fc.assert(
      fc.property(value, (payload) => {
        expect(decodeFailure(payload).status).toBeTypeOf("string");
      }),
    );
  });
});
