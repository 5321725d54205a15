import { arrived } from "../../../support/octets.ts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeAscii } from "../../../../src/base/text.ts";
import { decodeFail, encodeFailure } from "../../../../src/dialects/netcall/errors.ts";
import { json, msgpack, pickle } from "../../../../src/dialects/netcall/serializer.ts";
import type { Failure } from "../../../../src/rpc/errors.ts";
import type { Packet } from "../../../../src/rpc/packet.ts";
import { STATUSES } from "../../../../src/rpc/status.ts";
import { everything } from "../../../support/netcall.ts";

const peer = { socketType: "DEALER" };
const word = fc.constantFrom(
  "|",
  "1",
  "2",
  "",
  "0",
  "add",
  "_SEND",
  "_THROW",
  "_CLOSE",
  "ACK",
  "OK",
  "YIELD",
  "FAIL",
  "null",
  "{}",
  "[]",
  '{"ename":"StopIteration"}',
  "N.",
  "cos\nsystem\n.",
);
const frame = fc.oneof(word.map(encodeAscii), fc.uint8Array({ maxLength: 12 }));
const message = fc.oneof(
  fc.array(frame, { maxLength: 8 }),
  fc.array(frame, { minLength: 5, maxLength: 6 }).map((rest) => [encodeAscii("|"), ...rest]),
);

const failure: fc.Arbitrary<Failure> = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    name: fc
      .string({ minLength: 1 })
      .filter((name) => !/^(StopIteration|GeneratorExit)$/.test(name)),
    message: fc.string(),
    stack: fc.string(),
    details: fc.record({ a: fc.integer(), b: fc.string() }),
  },
  { requiredKeys: ["status", "name", "message"] },
);

describe("the netcall translators", () => {
  test("throw at nothing that a peer sends", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), (messages) => {
        const dialect = everything();
        const client = dialect.clientTranslator(peer);
        const service = dialect.serverTranslator(peer);
        client.encode({
          type: "request",
          channel: client.open(),
          method: "add",
          args: [],
          options: undefined,
        });
        const packets: Packet[] = [];
        for (const one of messages) {
          client.decode(one, packets);
          service.decode(one, packets);
          for (const packet of packets) {
            if (packet.type === "request") service.retain(packet.channel);
            if (packet.type === "request")
              service.encode({ type: "stream", channel: packet.channel });
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("carry requests whole, in every serializer", () => {
    const values = fc.array(fc.jsonValue({ depthSize: "small" }).filter(isPlain));
    const names = fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.integer(), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), values, names, (method, args, named) => {
        fc.pre(!["_SEND", "_THROW", "_CLOSE"].includes(method) && isWellFormed(method));
        for (const serializer of [json(), msgpack(), pickle()]) {
          const client = everything({ serializers: [serializer] }).clientTranslator(peer);
          const sent = client.encode({
            type: "request",
            channel: client.open(),
            method,
            args,
            options: { named },
          });
          const packets: Packet[] = [];
          everything().serverTranslator(peer).decode(arrived(sent), packets);
          expect(packets).toHaveLength(2);
          expect(packets[1]).toMatchObject({ type: "request", method, args });
          const { options } = packets[1] as Extract<Packet, { type: "request" }>;
          expect(options?.named ?? {}).toEqual(named);
        }
      }),
    );
  });
});

describe("a failure", () => {
  test("keeps name, message, status, stack and plain details", () => {
    fc.assert(
      fc.property(failure, (given) => {
        expect(decodeFail(encodeFailure(given))).toEqual({ type: "failed", failure: given });
      }),
    );
  });
});

/** No `-0`, which JSON of others turns into 0, and no key that is refused. */
function isPlain(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !text.includes("__proto__") && !hasMinusZero(value);
}

function hasMinusZero(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Object.is(value, -0);
  return Object.values(value).some(hasMinusZero);
}

function isWellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}
