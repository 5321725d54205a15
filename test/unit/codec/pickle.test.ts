import { describe, expect, test } from "vitest";
import { encodeAscii } from "../../../src/base/text.ts";
import { CodecError } from "../../../src/codec/errors.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { REFUSED } from "../../../src/codec/pickle-opcodes.ts";
import { PickleRefusal } from "../../../src/codec/pickle-scan.ts";

const codec = new PickleCodec();

/** Octets from numbers and ASCII text. */
function octets(...parts: readonly (number | string)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : [...encodeAscii(part)])),
  );
}

function errorOf(pickle: Uint8Array, reader: PickleCodec = codec): CodecError {
  try {
    reader.decode(pickle);
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error("the pickle was read");
}

describe("a pickle that asks for more than data", () => {
  test.each([...REFUSED])("is refused: %i, %s", (octet, name) => {
    const error = errorOf(octets(0x80, 2, "(", octet, "os\nsystem\n", 0, 0, 0, 0, "."));
    expect(error).toBeInstanceOf(PickleRefusal);
    expect(error.code).toBe("CODEC_REFUSED");
    expect(error.message).toContain(name);
  });

  test("is refused with the name that it wanted", () => {
    expect(errorOf(octets("cos\nsystem\n(S'id'\ntR."))).toMatchObject({
      global: "os.system",
      message: 'expected a pickle of plain data, got GLOBAL of "os.system" at offset 0',
    });
    expect(
      errorOf(octets(0x80, 4, 0x8c, 2, "os", 0x94, 0x8c, 6, "system", 0x94, 0x93, ".")),
    ).toMatchObject({
      global: "os.system",
    });
    expect(errorOf(octets("(ios\nsystem\n."))).toMatchObject({ global: "os.system" });
  });

  test("is refused without a name where there is none", () => {
    for (const pickle of [octets("cos"), octets("cos\nsys"), octets(0x93), octets("R")]) {
      expect(errorOf(pickle)).toMatchObject({ code: "CODEC_REFUSED", global: undefined });
    }
  });

  test("is refused for its last instruction before its first is carried out", () => {
    // Carried out in order, the stack would be found empty first.
    expect(errorOf(octets("0000cos\nsystem\n."))).toMatchObject({ code: "CODEC_REFUSED" });
  });
});

describe("a broken pickle", () => {
  test.each([
    ["nothing", octets(), "CODEC_TRUNCATED"],
    ["no end", octets("N"), "CODEC_TRUNCATED"],
    ["a line without an end", octets("I1"), "CODEC_TRUNCATED"],
    ["a number cut off", octets("J", 1, 2), "CODEC_TRUNCATED"],
    ["a length cut off", octets("X", 1), "CODEC_TRUNCATED"],
    ["a text longer than all", octets("X", 0xff, 0xff, 0xff, 0xff, "."), "CODEC_TRUNCATED"],
    ["a huge length", octets(0x8e, 255, 255, 255, 255, 255, 255, 255, 255, "."), "CODEC_TRUNCATED"],
    ["an unknown instruction", octets(0xff, "."), "CODEC_MALFORMED"],
    ["a later protocol", octets(0x80, 6, "N."), "CODEC_MALFORMED"],
    ["an empty stack", octets("."), "CODEC_MALFORMED"],
    ["an empty stack to take from", octets("0."), "CODEC_MALFORMED"],
    ["nothing to append to", octets("Na."), "CODEC_MALFORMED"],
    ["a list that is none", octets("NNa."), "CODEC_MALFORMED"],
    ["a dict that is none", octets("NNNs."), "CODEC_MALFORMED"],
    ["a set that is none", octets("N(", 0x90, "."), "CODEC_MALFORMED"],
    ["values under a mark", octets("]N(a."), "CODEC_MALFORMED"],
    ["a result under a mark", octets("N(."), "CODEC_MALFORMED"],
    ["no mark", octets("t."), "CODEC_MALFORMED"],
    ["a key without a value", octets("(Nd."), "CODEC_MALFORMED"],
    ["a dict as a key", octets("}}Ns."), "CODEC_MALFORMED"],
    ["a dict in a set", octets("(}", 0x91, "."), "CODEC_MALFORMED"],
    ["an entry that the memo has not", octets("h", 7, "."), "CODEC_MALFORMED"],
    ["a memo entry below zero", octets("Np-1\n."), "CODEC_MALFORMED"],
    ["a memo entry beyond all", octets("Np99999999999999999999\n."), "CODEC_MALFORMED"],
    ["a number of letters", octets("Iabc\n."), "CODEC_MALFORMED"],
    ["a float of letters", octets("Fabc\n."), "CODEC_MALFORMED"],
    ["a text without quotes", octets("Sabc\n."), "CODEC_MALFORMED"],
    ["a text with an escape cut off", octets("V\\u12\n."), "CODEC_MALFORMED"],
    ["a text with an escape beyond Unicode", octets("V\\U00110000\n."), "CODEC_MALFORMED"],
    ["a text that is no UTF-8", octets("X", 1, 0, 0, 0, 0xff, "."), "CODEC_UTF8"],
    ["a key that reaches prototypes", octets("}X", 9, 0, 0, 0, "__proto__Ns."), "CODEC_KEY"],
  ])("is an error: %s", (_, pickle, code) => {
    expect(errorOf(pickle).code).toBe(code);
  });
});

describe("limits", () => {
  const nested = (levels: number): Uint8Array => {
    const pickle = new Uint8Array(levels + 2).fill(0x85);
    pickle[0] = 0x4e;
    pickle[levels + 1] = 0x2e;
    return pickle;
  };

  test("hold for nesting", () => {
    expect(codec.decode(nested(128))).toBeDefined();
    expect(errorOf(nested(129)).code).toBe("CODEC_DEPTH");
    expect(errorOf(nested(1_000_000)).code).toBe("CODEC_DEPTH");
  });

  test("hold for nesting below a value that is used again", () => {
    // [[x], x] with x of 127 levels: one more than allowed in the first place alone.
    const levels = Array.from({ length: 127 }, () => 0x85);
    const deeper = octets("N", ...levels, "q", 0, "0h", 0, "h", 0, 0x85, 0x86, ".");
    expect(errorOf(deeper).code).toBe("CODEC_DEPTH");
  });

  test("hold for values that contain themselves", () => {
    expect(errorOf(octets("]q", 0, "h", 0, "a.")).code).toBe("CODEC_DEPTH");
    expect(errorOf(octets("}q", 0, "Nh", 0, "s.")).code).toBe("CODEC_DEPTH");
  });

  test("count a value as often as it is used", () => {
    // Each list holds the one before it ten times: 10^7 entries in 150 octets.
    const level = ["(", ...Array.from({ length: 10 }, () => ["h", 0]).flat(), "lq", 0, "0"];
    const laughs = octets(
      "]q",
      0,
      "0",
      ...Array.from({ length: 7 }, () => level).flat(),
      "h",
      0,
      ".",
    );
    expect(errorOf(laughs).code).toBe("CODEC_ELEMENTS");
  });

  test("hold for the memo and for entries", () => {
    const small = new PickleCodec({ maxElements: 3 });
    expect(small.decode(octets("(NNNl."))).toEqual([null, null, null]);
    expect(errorOf(octets("(NNNNl."), small).code).toBe("CODEC_ELEMENTS");
    expect(errorOf(octets("(K", 1, "K", 2, "K", 3, "K", 4, 0x91, "."), small).code).toBe(
      "CODEC_ELEMENTS",
    );
    expect(errorOf(octets("N", 0x94, 0x94, 0x94, 0x94, "."), small).code).toBe("CODEC_ELEMENTS");
  });
});

test("a string of a pickle is bounded by maxStringBytes", () => {
  const small = new PickleCodec({ maxStringBytes: 3 });
  expect(small.decode(octets("U", 3, "abc", "."))).toEqual(
    new PickleCodec().decode(octets("U", 3, "abc", ".")),
  );
  expect(errorOf(octets("U", 4, "abcd", "."), small).code).toBe("CODEC_STRING");
});

describe("what Python writes rarely", () => {
  test.each([
    ["a mark taken off", octets("N(0."), null],
    ["all to a mark taken off", octets("N(NN1."), null],
    ["a value doubled", octets("]N2", 0x86, "a."), [[null, null]]],
    ["a dict of protocol 0", octets("(I1\nNd."), new Map([[1, null]])],
    ["a line as Windows ends it", octets("I12\r\n."), 12],
    ["a positive sign", octets("L+12L\n."), 12],
    ["a long of no octets", octets(0x8a, 0, "."), 0],
    ["a text of 8 octets' length", octets(0x8d, 1, 0, 0, 0, 0, 0, 0, 0, "a."), "a"],
    ["bytes of 8 octets' length", octets(0x8e, 1, 0, 0, 0, 0, 0, 0, 0, "a."), octets("a")],
    ["a str of Python 2 that is text", octets("T", 1, 0, 0, 0, "a."), "a"],
    ["a str of Python 2 that is none", octets("U", 1, 0xff, "."), octets(0xff)],
    ["escapes", octets("S'\\x41\\102\\n\\q\\\\\\''\n."), "AB\n\\q\\'"],
    ["other quotes", octets('S"it\'s"\n.'), "it's"],
    ["an escape at the end", octets("S'a\\'\n."), "a\\"],
    ["characters beyond 16 bits", octets("V\\U0001f600\n."), "😀"],
    ["backslashes", octets("V\\\\u0041\n."), "\\\\u0041"],
    ["a dict key that is a tuple", octets("}I1\n", 0x85, "Ns."), new Map([[[1], null]])],
    ["what stands behind the end", octets("N.cos\nsystem\n."), null],
    ["a memo entry of text", octets("Np5\n0g5\n."), null],
    ["a memo entry of a large number", octets("Nr", 0, 0, 1, 0, "0j", 0, 0, 1, 0, "."), null],
  ])("is read: %s", (_, pickle, value) => {
    expect(codec.decode(pickle)).toStrictEqual(value);
  });

  test("shared dicts become the same object", () => {
    const [first, second] = codec.decode(octets("}q", 0, "h", 0, 0x86, ".")) as unknown[];
    expect(first).toStrictEqual({});
    expect(first).toBe(second);
  });

  test("of an integer is exact up to 4300 digits, and refused beyond", () => {
    const digits = "9".repeat(4300);
    expect(codec.decode(octets(`L-${digits}L\n.`))).toBe(-BigInt(digits));
    expect(codec.decode(codec.encode(BigInt(digits)))).toBe(BigInt(digits));
    const tooLong = expect.objectContaining({
      code: "CODEC_MALFORMED",
      message: expect.stringContaining("an integer of at most 4300 digits") as string,
    }) as Error;
    expect(() => codec.decode(octets(`L${digits}99L\n.`))).toThrow(tooLong);
    const large = octets(0x8b, 0xfc, 6, 0, 0, ...new Uint8Array(1788).fill(0x55), ".");
    expect(() => codec.decode(large)).toThrow(tooLong);
  });

  test("has no more numbers as keys and entries of sets than maxNumberKeys", () => {
    const few = new PickleCodec({ maxNumberKeys: 2 });
    const refused = expect.objectContaining({ code: "CODEC_ELEMENTS" }) as Error;
    expect(few.decode(octets("}(K", 1, "NK", 2, "Nu."))).toBeInstanceOf(Map);
    expect(() => few.decode(octets("}(K", 1, "NK", 2, "NK", 3, "Nu."))).toThrow(refused);
    expect(() => few.decode(octets(0x8f, "(K", 1, "K", 2, "K", 3, 0x90, "."))).toThrow(refused);
  });

  test("of a text that is nearly a number is refused at once", () => {
    const pickle = octets(`F${"1".repeat(200_000)}x\n.`);
    expect(() => codec.decode(pickle)).toThrow(
      expect.objectContaining({ code: "CODEC_MALFORMED" }) as Error,
    );
  });

  test("of a dict in a list that contains itself is refused", () => {
    const pickle = octets("]q", 0, "(}h", 0, "e.");
    expect(() => codec.decode(pickle)).toThrow(
      expect.objectContaining({ code: "CODEC_DEPTH" }) as Error,
    );
  });

  test.each([
    ["waits on the stack", "NN", "2N"],
    ["is put into one list again and again", "](2222e](2222e", ""],
    ["waits between marks", "((((((((N.", ""],
  ])("holds no more than maxElements of what %s", (_, start, more) => {
    const small = new PickleCodec({ maxElements: 3 });
    expect(() => small.decode(octets(start + more.repeat(8)))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/ELEMENTS|TRUNC/) as string }) as Error,
    );
  });
});

describe("writing", () => {
  test("takes the lowest protocol that has words for the value", () => {
    expect(codec.encode([1, "a", { b: 2.5 }])[1]).toBe(2);
    expect(codec.encode([octets(1)])[1]).toBe(3);
    expect(codec.encode([octets(1), new Set()])[1]).toBe(4);
  });

  test("takes what is like a type it knows", () => {
    const value = {
      instance: new (class {
        readonly a = 1;
      })(),
      json: { toJSON: () => ["j"] },
      typed: Uint16Array.of(1, 2),
      buffer: octets(1, 2).buffer,
      view: new DataView(octets(1, 2, 3).buffer, 1, 1),
      left: undefined,
      method: () => 1,
      map: new Map([[1, undefined]]),
      set: new Set([1, "a"]),
    };
    expect(codec.decode(codec.encode(value))).toStrictEqual({
      instance: { a: 1 },
      json: ["j"],
      typed: [1, 2],
      buffer: octets(1, 2),
      view: octets(2),
      map: new Map([[1, null]]),
      set: new Set([1, "a"]),
    });
  });

  test("refuses what has no form, and says where it is", () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [() => 1, "a function cannot be encoded, at the top"],
      [[Symbol("x")], "a symbol cannot be encoded, at [0]"],
      [{ a: [1, { b: new Date(0) }] }, "a Date cannot be encoded, at .a[1].b"],
    ];
    for (const [value, message] of cases) {
      expect(() => codec.encode(value)).toThrow(expect.objectContaining({ message }));
    }
  });

  test("refuses what contains itself", () => {
    const list: unknown[] = [];
    list.push(list);
    expect(() => codec.encode(list)).toThrow(expect.objectContaining({ code: "CODEC_DEPTH" }));
  });
});

test("a string on a line of its own is bounded by maxStringBytes as well", () => {
  const small = new PickleCodec({ maxStringBytes: 3 });
  expect(errorOf(octets("Vabcd\n."), small).code).toBe("CODEC_STRING");
  expect(small.decode(octets("Vabc\n."))).toBe("abc");
});

test("an integer of more digits than are read is not written", () => {
  expect(() => codec.encode([10n ** 5000n])).toThrow(/cannot be encoded, at \[0\]/);
});

test.each([0n, -1n, 127n, 128n, -128n, -129n, 2n ** 64n])("the integer %s comes back", (value) => {
  expect(BigInt(String(codec.decode(codec.encode(value))))).toBe(value);
});
