import { expect, test } from "vitest";
import { decodeMetadata, encodeMetadata, identifyPeer } from "../../../src/zmtp/metadata.ts";
import { ascii, hex } from "../../support/zmtp.ts";

const none = new Map<string, Uint8Array>();
const nothing = new Uint8Array(0);

function code(name: string): Error {
  return expect.objectContaining({ code: name }) as Error;
}

test("writes the properties of libzmq in its order", () => {
  expect(encodeMetadata({ socketType: "REQ", routingId: ascii("me"), extra: none })).toEqual(
    hex(
      "0b 53 6f 63 6b 65 74 2d 54 79 70 65 00 00 00 03 52 45 51" +
        "08 49 64 65 6e 74 69 74 79 00 00 00 02 6d 65",
    ),
  );
});

test("announces an identity even when empty, but only where there is one", () => {
  const dealer = encodeMetadata({ socketType: "DEALER", routingId: nothing, extra: none });
  expect([...decodeMetadata(dealer)]).toEqual([
    ["socket-type", ascii("DEALER")],
    ["identity", nothing],
  ]);
  const push = encodeMetadata({ socketType: "PUSH", routingId: ascii("me"), extra: none });
  expect([...decodeMetadata(push).keys()]).toEqual(["socket-type"]);
});

test("carries further properties behind them, under lower-case names", () => {
  const extra = new Map([
    ["X-Build_1.0+b", ascii("7")],
    ["X-Empty", nothing],
  ]);
  const metadata = decodeMetadata(encodeMetadata({ socketType: "PUB", routingId: nothing, extra }));
  expect([...metadata]).toEqual([
    ["socket-type", ascii("PUB")],
    ["x-build_1.0+b", ascii("7")],
    ["x-empty", nothing],
  ]);
});

test.each(["", "X Y", "X:Y", "é", "x".repeat(256), "Identity", "socket-TYPE"])(
  "does not write a property called %j",
  (name) => {
    const extra = new Map([[name, nothing]]);
    expect(() => encodeMetadata({ socketType: "PUB", routingId: nothing, extra })).toThrow(
      code("USAGE_OPTION"),
    );
  },
);

test("does not write a routing id of more than 255 octets", () => {
  const local = { socketType: "DEALER", extra: none } as const;
  expect(() => encodeMetadata({ ...local, routingId: new Uint8Array(256) })).toThrow(
    code("USAGE_OPTION"),
  );
  expect(encodeMetadata({ ...local, routingId: new Uint8Array(255) })).toHaveLength(22 + 13 + 255);
});

test("copies the values out of what it reads", () => {
  const octets = hex("01 41 00 00 00 01 07");
  const metadata = decodeMetadata(octets);
  octets.fill(0);
  expect(metadata.get("a")).toEqual(Uint8Array.of(7));
});

test("does not take names of Object.prototype for anything", () => {
  const octets = hex("09 5f 5f 70 72 6f 74 6f 5f 5f 00 00 00 01 07");
  expect(decodeMetadata(octets).get("__proto__")).toEqual(Uint8Array.of(7));
});

test.each([
  ["a name that is cut off", "05 41 42"],
  ["a value size that is cut off", "01 41 00 00"],
  ["a value that is cut off", "01 41 00 00 00 02 07"],
  ["a value of 4 GiB", "01 41 ff ff ff ff 07"],
  ["an empty name", "00 00 00 00 00"],
  ["a name with a blank", "02 41 20 00 00 00 00"],
  ["the same name twice, in whatever case", "01 41 00 00 00 00 01 61 00 00 00 00"],
])("refuses %s", (_name, octets) => {
  expect(() => decodeMetadata(hex(octets))).toThrow(code("ZMTP_METADATA"));
});

test("identifies a peer that fits", () => {
  const peer = new Map([
    ["socket-type", ascii("ROUTER")],
    ["identity", ascii("server")],
  ]);
  expect(identifyPeer(peer, "DEALER")).toEqual({
    socketType: "ROUTER",
    routingId: ascii("server"),
  });
});

test.each(["PUB", "router", "", "constructor"])(
  "refuses the socket type %j for a DEALER",
  (type) => {
    const peer = new Map([["socket-type", ascii(type)]]);
    expect(() => identifyPeer(peer, "DEALER")).toThrow(code("ZMTP_SOCKET_TYPE"));
  },
);

test("refuses a peer without a socket type, or with a routing id that is too long", () => {
  expect(() => identifyPeer(none, "DEALER")).toThrow(code("ZMTP_SOCKET_TYPE"));
  const peer = new Map([
    ["socket-type", ascii("DEALER")],
    ["identity", new Uint8Array(256)],
  ]);
  expect(() => identifyPeer(peer, "DEALER")).toThrow(code("ZMTP_METADATA"));
});
