import { describe, expect, test } from "vitest";
import { parseHex } from "../../../../src/base/text.ts";
import { json, msgpack, pickle } from "../../../../src/dialects/netcall/serializer.ts";

const octets = (hex: string): Uint8Array => parseHex(hex) ?? new Uint8Array(0);
const all = [json(), msgpack(), pickle()];

describe("kwargs", () => {
  test.each([
    ["7b 7d", "json"],
    ["20 0a 0d 09 7b 7d", "json"],
    ["6e 75 6c 6c", "json"],
    ["80", "msgpack"],
    ["c0", "msgpack"],
    ["81 a1 61 01", "msgpack"],
    ["8f", "msgpack"],
    ["de 00 10", "msgpack"],
    ["df 00 00 00 10", "msgpack"],
    ["80 02 7d 2e", "pickle"],
    ["80 05 4e 2e", "pickle"],
    ["4e 2e", "pickle"],
    ["7d 2e", "pickle"],
    ["28 64 2e", "pickle"],
    ["80 06 7d 2e", undefined],
    ["80 02 7d", undefined],
    ["90", undefined],
    ["2e", undefined],
    ["5b 5d", undefined],
    ["", undefined],
  ])("%s are in %s", (hex, name) => {
    expect(all.filter((one) => one.recognises(octets(hex))).map((one) => one.name)).toEqual(
      name === undefined ? [] : [name],
    );
  });

  test.each(all)("that $name writes are recognised as its own alone", (serializer) => {
    for (const kwargs of [
      {},
      null,
      { a: 1 },
      Object.fromEntries(Array.from("abcdefghijklmnopqrst", (key) => [key, key])),
    ]) {
      const written = serializer.encode(kwargs);
      expect(all.filter((one) => one.recognises(written))).toEqual([serializer]);
    }
  });
});

test("limits reach the codec", () => {
  for (const make of [json, msgpack, pickle]) {
    const strict = make({ maxDepth: 1 });
    expect(() => strict.decode(strict.encode([[]]))).toThrow(
      expect.objectContaining({ code: "CODEC_DEPTH" }),
    );
  }
});
