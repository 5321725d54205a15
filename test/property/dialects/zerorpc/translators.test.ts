import { arrived } from "../../../support/octets.ts";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { zerorpc } from "../../../../src/dialects/zerorpc/dialect.ts";
import { EventCodec } from "../../../../src/dialects/zerorpc/event.ts";
import {
  ID_OCTETS,
  MessageIds,
  writeCounter,
} from "../../../../src/dialects/zerorpc/message-ids.ts";
import type { Message, Packet } from "../../../../src/rpc/packet.ts";

const msgpack = new MsgpackCodec();
const PEER = { socketType: "" };

/** Values that are themselves again after a round trip. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("any"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).any;

const name = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.constantFrom("OK", "ERR", "STREAM", "STREAM_DONE", "_zpc_more", "_zpc_hb"),
  fc.constantFrom("_zc_cancel", "_zc_next", "_zc_throw", "_zc_return"),
);

/** Anything from octets at random to events that are nearly right. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  value.map((one) => msgpack.encode(one)),
  fc
    .tuple(
      fc.dictionary(fc.constantFrom("message_id", "response_to", "v", "zc", "error", "x"), value),
      name,
      value,
    )
    .map((event) => msgpack.encode(event)),
);

const message = fc
  .tuple(fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 3 }), octets)
  .map(([route, event]): Message => [...route, event]);

test("no octets make a translator throw, and every packet of a server's can be refused", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const server = zerorpc().serverTranslator(PEER);
      const client = zerorpc().clientTranslator(PEER);
      client.open();
      for (const one of messages) {
        const packets: Packet[] = [];
        server.decode(one, packets);
        for (const packet of packets) {
          if (packet.channel === undefined) continue;
          server.retain(packet.channel);
          const failure = { status: "internal", name: "A", message: "b" } as const;
          server.encode({ type: "error", channel: packet.channel, failure });
        }
        client.decode(one, []);
      }
    }),
  );
});

test("a request arrives as it was sent, and its answer too", () => {
  fc.assert(
    fc.property(name, fc.array(value, { maxLength: 4 }), value, (method, args, answer) => {
      fc.pre(method !== "_zpc_hb" && method !== "_zpc_more");
      const client = zerorpc().clientTranslator(PEER);
      const server = zerorpc().serverTranslator(PEER);
      const channel = client.open();
      const request = client.encode({ type: "request", channel, method, args, options: undefined });
      const heard: Packet[] = [];
      server.decode(arrived(request), heard);
      expect(heard).toMatchObject([{ type: "request", method }]);
      const [packet] = heard;
      if (packet?.type !== "request") return;
      expect(packet.args).toEqual(args);
      const result = server.encode({ type: "result", channel: packet.channel, value: answer });
      const answers: Packet[] = [];
      client.decode(arrived(result), answers);
      expect(answers).toEqual([{ type: "result", channel, value: answer }]);
    }),
  );
});

test("ids of any type come back octet by octet", () => {
  fc.assert(
    fc.property(value, (id) => {
      const raw = msgpack.encode(id);
      fc.pre(id !== null && raw.length <= 1024);
      const server = zerorpc().serverTranslator(PEER);
      const packets: Packet[] = [];
      server.decode([msgpack.encode([{ message_id: id, v: 3 }, "add", []])], packets);
      const [packet] = packets;
      if (packet?.type !== "request") throw new Error("no request");
      const answer = server.encode({ type: "result", channel: packet.channel, value: 1 });
      const head = new EventCodec(Math.random).readHead(
        arrived(answer).at(-1) ?? new Uint8Array(0),
      );
      expect(head.responseTo).toEqual(raw);
    }),
  );
});

test("an id is its number, and only its source knows it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.double({ min: 0, max: 0.999 }),
      (counter, seed) => {
        const ids = new MessageIds(() => seed);
        const id = new Uint8Array(ID_OCTETS);
        ids.writeSuffix(id, 0);
        writeCounter(id, 0, counter);
        expect(ids.parse(id, 0)).toBe(counter);
        expect(Buffer.from(id).toString()).toMatch(/^[0-9a-f]{32}$/);
      },
    ),
  );
});
