import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { asciiText, EventCodec, MARK } from "../../../../src/dialects/zerorpc/event.ts";
import { arrived } from "../../../support/octets.ts";
import { encodeFollowUp } from "../../../../src/dialects/zerorpc/events-of-calls.ts";

const NOTHING = new Uint8Array(0);
const msgpack = new MsgpackCodec();
const codec = new EventCodec(() => 0.5);

const usualKeys = [
  "message_id",
  "response_to",
  "v",
  MARK,
  "timeout",
  "headers",
  "trace",
  "message",
];
const otherKey = fc.string().filter((key) => key !== "__proto__");
/** How a key may be written: as everybody does, or in a longer form that means the same. */
const keyOctets = fc
  .tuple(fc.oneof(fc.constantFrom(...usualKeys), otherKey), fc.boolean())
  .map(([key, long]) => {
    const octets = new TextEncoder().encode(key);
    if (octets.length >= 256) return msgpack.encode(key);
    return long ? Uint8Array.of(0xd9, octets.length, ...octets) : msgpack.encode(key);
  });
const fieldValue = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.string(),
  fc.integer(),
  fc.constantFrom(null, 1, 2, 3, 30_000),
);
const field = fc.tuple(keyOctets, fieldValue);
const eventOctets = fc
  .record({
    fields: fc.array(field, { maxLength: 8 }),
    name: fc.oneof(fc.constantFrom("OK", "STREAM", "ERR", "add"), fc.string()),
    args: fc.array(fieldValue, { maxLength: 3 }),
  })
  .map(({ fields, name, args }) =>
    Uint8Array.from([
      0x93,
      0x80 | fields.length,
      ...fields.flatMap(([key, value]) => [...key, ...msgpack.encode(value)]),
      ...msgpack.encode(name),
      ...msgpack.encode(args),
    ]),
  );

/** The plain way: the whole event becomes values, of which the head is picked. */
function plainHead(octets: Uint8Array): Record<string, unknown> {
  const [header, name] = msgpack.decode(octets) as [Record<string, unknown>, string];
  const { v, [MARK]: mark, timeout } = header;
  return { name, version: typeof v === "number" ? v : 1, mark, timeout };
}

describe("an event read where it lies", () => {
  test("means what it means as values", () => {
    fc.assert(
      fc.property(eventOctets, (octets) => {
        const head = codec.readHead(octets);
        const { name, version, mark, timeout } = head;
        expect({ name, version, mark, timeout }).toEqual(plainHead(octets));
        const [, , args] = msgpack.decode(octets) as unknown[];
        expect(codec.reader.value()).toEqual(args);
      }),
    );
  });

  test("is refused wherever it is cut, or else it was cut behind its head", () => {
    fc.assert(
      fc.property(eventOctets, fc.nat(), (octets, cut) => {
        const part = octets.subarray(0, cut % octets.length);
        expect(() => {
          codec.readHead(part);
          codec.reader.value();
        }).toThrow(/^expected /);
      }),
    );
  });
});

describe("an item written from a template", () => {
  test("is an item written field by field, but for its id between peers that need none", () => {
    const value = fc.oneof(fieldValue, fc.array(fieldValue), fc.dictionary(fc.string(), fc.nat()));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (items, extended) => {
          // Both count their ids from the same number.
          const [fast, plain] = [new EventCodec(() => 0.5), new EventCodec(() => 0.5)];
          const channel = {
            call: undefined,
            extended,
            id: codec.rawId(1),
            route: [],
            version: 3,
            announce: false,
            itemTemplate: undefined,
          };
          for (const item of items) {
            const packet = { type: "item", channel, value: item, octets: 0 } as const;
            const message = encodeFollowUp(fast, channel, packet);
            const [written = NOTHING] = arrived(message).slice(-1);
            if (extended) {
              const header = { v: 3, response_to: channel.id.subarray(2) };
              const meant = msgpack.decode(msgpack.encode(item));
              expect(msgpack.decode(written)).toEqual([header, "STREAM", meant]);
              continue;
            }
            plain.writeHead(plain.ids.take(), channel.id, 0);
            plain.writer.raw(asciiText("STREAM"));
            plain.writer.value(item);
            expect(written).toEqual(plain.writer.finish());
          }
        },
      ),
    );
  });
});
