/** Laws of multicall: no input throws, and what is written is read back. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientTranslator } from "../../../src/dialects/multicall/client-translator.ts";
import { failureEntry, readOutcome } from "../../../src/dialects/multicall/errors.ts";
import { ujson } from "../../../src/dialects/multicall/serializer.ts";
import { ServerTranslator } from "../../../src/dialects/multicall/server-translator.ts";
import type { Failure } from "../../../src/rpc/errors.ts";
import type { ChannelRef, Message, Packet } from "../../../src/rpc/packet.ts";
import { STATUSES } from "../../../src/rpc/status.ts";
import { EMPTY, octetsOf } from "../../support/multicall.ts";

const serializer = ujson();
const server = () => new ServerTranslator({ serializer, maxCalls: 50 });

/** Values that JSON carries as they are, with keys that are allowed. */
const value = fc
  .jsonValue({ noUnicodeString: false })
  .filter((made) => !JSON.stringify(made).includes("__proto__"));

/** Payloads from nonsense to calls that are nearly right. */
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.json().map(octetsOf),
  fc
    .array(fc.oneof(fc.tuple(fc.string(), value, value), fc.array(value), value))
    .map((calls) => octetsOf(JSON.stringify(calls))),
);

const message = fc.oneof(
  payload.map((octets): Message => [EMPTY, octets]),
  fc
    .tuple(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 18 }), payload)
    .map(([hops, octets]): Message => [...hops, EMPTY, octets]),
  fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 5 }),
);

test("no message makes a server throw, and every call of it can be answered", () => {
  fc.assert(
    fc.property(message, (frames) => {
      const translator = server();
      const packets: Packet[] = [];
      translator.decode(frames, packets);
      const open = packets.filter(({ type, channel }) => type !== "immediate" && channel);
      const answers = open.map(({ channel }) =>
        translator.encode({ type: "result", channel: channel as ChannelRef, value: 1 }),
      );
      // One answer for the message, with its last outcome.
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(
        open.length > 0 ? 1 : 0,
      );
      if (open.length > 0) expect(answers.at(-1)).toBeDefined();
    }),
  );
});

test("no message makes a client throw", () => {
  fc.assert(
    fc.property(message, payload, fc.boolean(), (frames, octets, several) => {
      const translator = new ClientTranslator(serializer);
      const requests = ["a", "b"].map((method) => {
        const channel = translator.open();
        const request = translator.encode({
          type: "request",
          channel,
          method,
          args: [],
          options: undefined,
        });
        return { channel, message: request as Message };
      });
      const sent = several
        ? translator.join(requests)
        : (requests[0] as { message: Message }).message;
      const packets: Packet[] = [];
      translator.decode(frames, packets);
      translator.decode([...sent.slice(0, 2), octets], packets);
      for (const packet of packets) {
        expect(["result", "error", "malformed"]).toContain(packet.type);
      }
    }),
  );
});

test("calls arrive as they were made, together and by themselves", () => {
  const call = fc.tuple(fc.string(), fc.array(value), fc.dictionary(fc.string(), value));
  const usable = call.filter(([, , named]) => !Object.hasOwn(named, "__proto__"));
  fc.assert(
    fc.property(fc.array(usable, { minLength: 1, maxLength: 10 }), (calls) => {
      const translator = new ClientTranslator(serializer);
      const requests = calls.map(([method, args, named]) => {
        const channel = translator.open();
        const options = { named };
        const request = translator.encode({ type: "request", channel, method, args, options });
        return { channel, message: request as Message };
      });
      const packets: Packet[] = [];
      server().decode(translator.join(requests), packets);
      const arrived = packets.map((packet) => {
        if (packet.type !== "request") throw new TypeError(`a ${packet.type} arrived`);
        return [packet.method, packet.args, packet.options?.named ?? {}];
      });
      expect(arrived).toEqual(calls);
    }),
  );
});

test("status, name, message, stack, details, causes and whether it ran survive", () => {
  const failure: fc.Arbitrary<Failure> = fc
    .record(
      {
        status: fc.constantFrom(...STATUSES),
        name: fc.oneof(
          fc.string(),
          fc.constantFrom("KeyError", "TimeoutError", "MemoryError", "RpcError"),
        ),
        message: fc.oneof(fc.string(), fc.constant("Function 'x' not found")),
        stack: fc.string({ minLength: 1 }),
        details: value.filter((details) => details !== null),
        mayHaveRun: fc.constant(false),
      },
      { requiredKeys: ["status", "name", "message"] },
    )
    .map((made) => JSON.parse(JSON.stringify(made)) as Failure);
  fc.assert(
    fc.property(failure, fc.option(failure, { nil: undefined }), (made, cause) => {
      const whole: Failure = cause === undefined ? made : { ...made, cause };
      const octets = serializer.list([serializer.entry(failureEntry(whole))]);
      const [entry] = serializer.decode(octets) as unknown[];
      const outcome = readOutcome(entry);
      // What looks like Python's failure of an unknown function is one, and nothing has run then.
      const unmarked = isBareUnknown(whole) || (cause !== undefined && isBareUnknown(cause));
      if (!unmarked) expect(outcome).toEqual({ type: "error", failure: whole });
      else expect(outcome).toMatchObject({ failure: { status: whole.status } });
    }),
  );
});

function isBareUnknown({ name, message: text, stack, status }: Failure): boolean {
  const looks = name === "KeyError" && /^Function '.*' not found$/s.test(text);
  return looks && stack === undefined && status === "unimplemented";
}
