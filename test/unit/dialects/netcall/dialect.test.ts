import { encodeAscii } from "../../../../src/base/text.ts";
import { describe, expect, test } from "vitest";
import { decodeAscii } from "../../../../src/base/text.ts";
import { netcall } from "../../../../src/dialects/netcall/dialect.ts";
import {
  json,
  msgpack,
  pickle,
  type Serializer,
} from "../../../../src/dialects/netcall/serializer.ts";
import type { Dialect } from "../../../../src/rpc/dialect.ts";
import type { Packet } from "../../../../src/rpc/packet.ts";
import { frames, request } from "../../../support/netcall.ts";

const peer = { socketType: "DEALER" };

/** The acknowledgement that a service sends. */
function ackOf(options: Parameters<typeof netcall>[0]): string {
  const packets: Packet[] = [];
  netcall(options)
    .serverTranslator(peer)
    .decode(request("1", "f", []), packets);
  const [first] = packets;
  return first?.type === "immediate" ? decodeAscii(first.message[3] as Uint8Array) : "";
}

test("a service calls itself something of its own unless it is named", () => {
  expect(ackOf({})).toMatch(/^zerocall\/[0-9a-f]{8}$/);
  expect(ackOf({ random: () => 0 })).toBe("zerocall/00000000");
  expect(ackOf({ serviceId: "kettle" })).toBe("kettle");
});

test("there is no netcall without a serializer", () => {
  expect(() => netcall({ serializers: [] })).toThrow(
    expect.objectContaining({ code: "USAGE_OPTION" }),
  );
});

describe("limits of decoding", () => {
  const nested = [[[1]]];
  const outcomeOf = (dialect: Dialect, serializer: Serializer): string | undefined => {
    const packets: Packet[] = [];
    const kwargs = serializer.encode({});
    const args = serializer.encode(nested);
    const [head, tail] = [frames("|", "1", "f"), frames("0")];
    dialect.serverTranslator(peer).decode([...head, args, kwargs, ...tail], packets);
    return packets.at(-1)?.type;
  };

  test.each([json, msgpack, pickle])("hold for each serializer without its own: %o", (make) => {
    const limited = netcall({ serializers: [make()], limits: { maxDepth: 2 } });
    expect(outcomeOf(limited, make())).toBe("malformed");
    expect(outcomeOf(netcall({ serializers: [make()] }), make())).toBe("request");
    const told = netcall({ serializers: [make()] }).limited?.({ maxDepth: 2 });
    expect(outcomeOf(told as Dialect, make())).toBe("malformed");
  });

  test("of a serializer come before those of the dialect, and those before what it is told", () => {
    const own = netcall({ serializers: [json({ maxDepth: 9 })], limits: { maxDepth: 2 } });
    expect(outcomeOf(own, json())).toBe("request");
    const wide = netcall({ limits: { maxDepth: 9 } }).limited?.({ maxDepth: 2 });
    expect(outcomeOf(wide as Dialect, json())).toBe("request");
  });

  test("leave a serializer as it is that cannot be told", () => {
    const { limited: _, ...plain } = json();
    const limited = netcall({ serializers: [plain], limits: { maxDepth: 2 } });
    expect(outcomeOf(limited, plain)).toBe("request");
  });
});

test("a boundary is enough to be recognised", () => {
  expect(netcall().recognises(frames("hop", "|"))).toBe(true);
  expect(netcall().recognises(frames("", "x"))).toBe(false);
});

test("ids that are in use are not drawn again", () => {
  const drawn = [0.1, 0.1];
  const translator = netcall({ random: () => drawn.shift() ?? 0, serviceId: "x" }).clientTranslator(
    peer,
  );
  // Two were for the service's own; these are for the ids.
  drawn.splice(0, Infinity, 0.5, 0.5, 0.25);
  const first = translator.open();
  const second = translator.open();
  expect(first).toMatchObject({ id: encodeAscii("80000000") });
  expect(second).toMatchObject({ id: encodeAscii("40000000") });
  expect([...translator.openChannels()]).toEqual([first, second]);
});

test("a service opens no channels", () => {
  const translator = netcall().serverTranslator(peer);
  expect(() => translator.open()).toThrow(TypeError);
  expect([...translator.openChannels()]).toEqual([]);
});

test("what has no words is left out", () => {
  const service = netcall().serverTranslator(peer);
  const client = netcall().clientTranslator(peer);
  const channel = client.open();
  expect(service.encode({ type: "heartbeat", channel })).toBeUndefined();
  expect(client.encode({ type: "heartbeat", channel })).toBeUndefined();
});

test("options that it has not and serializers that are none are refused", () => {
  type Options = Parameters<typeof netcall>[0];
  expect(() => netcall({ serializer: [] } as unknown as Options)).toThrow(
    "did you mean serializers",
  );
  expect(() => netcall({ serializers: ["pickle"] } as unknown as Options)).toThrow(
    'expected a serializer, as json(), msgpack() or pickle() makes one, got "pickle"',
  );
  expect(() => netcall({ serializers: [pickle] } as unknown as Options)).toThrow(
    "got the function pickle, which has to be called",
  );
});
