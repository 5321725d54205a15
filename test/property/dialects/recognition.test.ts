import * as fc from "fast-check";
import { expect, test } from "vitest";
import { wholeOctets } from "../../../src/base/octets.ts";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { json, msgpack, pickle } from "../../../src/dialects/netcall/serializer.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
import type { Dialect } from "../../../src/rpc/dialect.ts";
import type { Link } from "../../../src/rpc/transport.ts";

const ALL: readonly Dialect[] = [zerorpc(), jsonrpc(), netcall(), zrpc(), multicall()];

/** All clients whose first messages have to be told apart. */
const CLIENTS: readonly Dialect[] = [
  ...ALL,
  zrpc({ form: "payload" }),
  netcall({ serializers: [json()] }),
  netcall({ serializers: [msgpack()] }),
  netcall({ serializers: [pickle()] }),
];

const PEER = { socketType: "DEALER", maxMessageBytes: Infinity } as unknown as Link;

test("a client's first message is recognised by its own dialect alone, in whatever order they stand", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CLIENTS),
      fc.string({ minLength: 1 }),
      fc.jsonValue(),
      (dialect, method, argument) => {
        const translator = dialect.clientTranslator(PEER);
        const channel = translator.open();
        const args = [argument];
        const message = translator.encode({
          type: "request",
          channel,
          method,
          args,
          options: undefined,
        });
        const knowing = ALL.filter((each) => each.recognises((message ?? []).map(wholeOctets)));
        expect(knowing.map(({ name }) => name)).toEqual([dialect.name]);
      },
    ),
  );
});

test("nothing that a peer sends first makes recognising fail", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 }), (message) => {
      for (const dialect of ALL) {
        dialect.recognises(message);
        dialect.answersUnread?.(message);
      }
    }),
  );
});
