import { describe, expect, test } from "vitest";
import { Mistake } from "../../../src/cli/mistakes.ts";
import { loadDialects, readSpeech } from "../../../src/cli/protocols.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { DIALECT_NAMES } from "../../../src/node/dialect-by-name.ts";

/** A request of netcall that only who reads pickles understands. */
function pickledRequest(): Uint8Array[] {
  const codec = new PickleCodec();
  const text = (ascii: string): Uint8Array => new Uint8Array(Buffer.from(ascii));
  return [text("|"), text("1"), text("f"), codec.encode([]), codec.encode({}), text("0")];
}

describe("what is spoken", () => {
  test("is what was named, or all that is spoken unless told otherwise", () => {
    expect(readSpeech([], undefined, DIALECT_NAMES).protocols).toEqual(DIALECT_NAMES);
    expect(readSpeech(["zrpc", "jsonrpc"], undefined, DIALECT_NAMES).protocols).toEqual([
      "zrpc",
      "jsonrpc",
    ]);
    expect(readSpeech(["netcall"], "pickle", DIALECT_NAMES)).toEqual({
      protocols: ["netcall"],
      serializer: "pickle",
    });
  });

  test("takes a serializer wherever netcall is spoken", () => {
    expect(readSpeech([], "pickle", DIALECT_NAMES)).toEqual({
      protocols: DIALECT_NAMES,
      serializer: "pickle",
    });
    expect(() => readSpeech([], "pickle", ["zerorpc"])).toThrow("goes with --protocol netcall");
  });

  test.each([
    [["netcal"], undefined, /got "netcal"; did you mean "netcall"\?/],
    [["http"], undefined, /expects zerorpc, jsonrpc, netcall, zrpc, multicall, got "http"$/],
    [["netcall"], "yaml", /--serializer expects json, msgpack, pickle, got "yaml"/],
    [["zerorpc"], "json", /--serializer goes with --protocol netcall/],
  ])("refuses %j with %j", (protocols, serializer, message) => {
    expect(() => readSpeech(protocols, serializer, DIALECT_NAMES)).toThrow(Mistake);
    expect(() => readSpeech(protocols, serializer, DIALECT_NAMES)).toThrow(message);
  });

  test("has a dialect for each name", async () => {
    const dialects = await loadDialects(readSpeech([], undefined, DIALECT_NAMES));
    expect(dialects.map(({ name }) => name)).toEqual(DIALECT_NAMES);
  });

  test.each([
    [undefined, "malformed"],
    ["msgpack", "malformed"],
    ["pickle", "request"],
  ])("takes pickles only when asked to: %j", async (serializer, type) => {
    const [netcall] = await loadDialects(readSpeech(["netcall"], serializer, DIALECT_NAMES));
    const packets: { readonly type: string }[] = [];
    netcall
      ?.serverTranslator({ socketType: "DEALER" })
      .decode(pickledRequest(), packets as never[]);
    expect(packets.at(-1)?.type).toBe(type);
  });
});
