import { arrived } from "../../support/octets.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFailure, encodeFailure } from "../../../src/dialects/jsonrpc/errors.ts";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import type { Failure } from "../../../src/rpc/errors.ts";
import type { Packet } from "../../../src/rpc/packet.ts";
import { STATUSES } from "../../../src/rpc/status.ts";
import { JsonrpcServer } from "../../support/jsonrpc.ts";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const value = fc.jsonValue().filter((made) => !JSON.stringify(made).includes("__proto__"));
const member = fc.oneof(value, fc.constantFrom("2.0", "echo", 1, null, {}, []));
/** What looks like the protocol here and there. */
const nearly = fc.record(
  { jsonrpc: member, method: member, params: member, id: member, result: member, error: member },
  { requiredKeys: [] },
);
const text = fc.oneof(
  nearly.map((made) => JSON.stringify(made)),
  fc.array(fc.oneof(nearly, value)).map((made) => JSON.stringify(made)),
  fc.json(),
  fc.string(),
);
const socketType = fc.constantFrom("REQ", "DEALER", "PUSH", "REP", "ROUTER", "PULL", "");

test("no message makes a translator throw", () => {
  const frames = fc.array(fc.oneof(text.map(octets), fc.uint8Array(), fc.constant(octets(""))));
  fc.assert(
    fc.property(frames, socketType, (message, type) => {
      const packets: Packet[] = [];
      jsonrpc().serverTranslator({ socketType: type }).decode(message, packets);
      const client = jsonrpc().clientTranslator({ socketType: type });
      client.open();
      client.decode(message, packets);
      jsonrpc().recognises(message);
    }),
  );
});

test("a server answers every message at most once, and goes on", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (said) => {
      const server = new JsonrpcServer({ echo: (one: unknown) => one ?? null });
      const answers = await server.ask(said);
      expect(answers.length).toBeLessThanOrEqual(1);
      for (const answer of answers) JSON.parse(answer);
      expect(
        await server.ask('{"jsonrpc": "2.0", "method": "echo", "params": [7], "id": 1}'),
      ).toEqual(['{"jsonrpc": "2.0", "result": 7, "id": 1}']);
    }),
  );
});

test("requests arrive as they were sent", () => {
  const args = fc.oneof(
    fc.array(value).map((list) => ({ args: list, named: undefined })),
    fc
      .dictionary(fc.string({ minLength: 1 }), value, { minKeys: 1, noNullPrototype: true })
      .filter((named) => !Object.hasOwn(named, "__proto__"))
      .map((named) => ({ args: [], named })),
  );
  fc.assert(
    fc.property(fc.string(), args, fc.boolean(), (method, { args: list, named }, oneWay) => {
      const client = jsonrpc().clientTranslator({ socketType: "ROUTER" });
      const options = {
        ...(named !== undefined && { named }),
        ...(oneWay && { oneWay }),
      };
      const channel = client.open();
      const message = client.encode({ type: "request", channel, method, args: list, options });
      const packets: Packet[] = [];
      jsonrpc().serverTranslator({ socketType: "DEALER" }).decode(arrived(message), packets);
      const { channel: _channel, ...request } = packets[0] as Extract<Packet, { type: "request" }>;
      const plain = (made: unknown): unknown => JSON.parse(JSON.stringify(made));
      expect(plain({ ...request, options: request.options ?? {} })).toEqual(
        plain({ type: "request", method, args: list, options }),
      );
    }),
  );
});

describe("failures", () => {
  const cause: fc.Arbitrary<Failure> = fc.record({
    status: fc.constantFrom(...STATUSES),
    name: fc.string(),
    message: fc.string(),
  });

  test("without details keep status, name, message, stack, cause and whether the method ran", () => {
    const failure: fc.Arbitrary<Failure> = fc.record(
      {
        status: fc.constantFrom(...STATUSES),
        name: fc.oneof(fc.string(), fc.constantFrom("RpcError", "Error", "InternalError")),
        message: fc.string(),
        stack: fc.string(),
        cause,
        mayHaveRun: fc.constant(false),
      },
      { requiredKeys: ["status", "name", "message"] },
    );
    fc.assert(
      fc.property(failure, (made) => {
        const { wireCode, ...read } = roundTrip(made);
        expect(read).toEqual({ ...made });
        expect(wireCode).toBeLessThanOrEqual(-32000);
      }),
    );
  });

  test("with details keep status, message and details", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATUSES),
        fc.string(),
        fc.object(),
        (status, message, object) => {
          const details: unknown = JSON.parse(JSON.stringify({ ...object, more: 1 }));
          expect(roundTrip({ status, name: "E", message, details })).toMatchObject({
            status,
            message,
            details,
          });
        },
      ),
    );
  });

  test("with a number of their own keep it, whatever it is", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (wireCode, message) => {
        const read = roundTrip({ status: "unknown", name: "Error", message, wireCode });
        expect(read.wireCode).toBe(wireCode);
        if (wireCode !== -32601) expect(read.message).toBe(message);
      }),
    );
  });

  function roundTrip(failure: Failure): Failure {
    const wire: unknown = JSON.parse(JSON.stringify(encodeFailure(failure)));
    const read = decodeFailure(wire as Record<string, unknown>, "m", {});
    if (read === undefined) throw new Error("it was not read");
    return read;
  }
});
