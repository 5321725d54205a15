/**
 * Pickles as Python writes them, in all protocols, and as Python 2 wrote them.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../../src/codec/errors.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { notedValue } from "../../support/vector-values.ts";

interface Vector {
  readonly name: string;
  readonly value: unknown;
  readonly pickles: Readonly<Record<string, string>>;
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../../shared/vectors/pickle.json", import.meta.url), "utf8"),
) as {
  readonly values: readonly Vector[];
  readonly python2: readonly { name: string; value: unknown; pickle: string }[];
};

const codec = new PickleCodec();
const octetsOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

/** What the notes tell by a repr alone. */
const SETS: Readonly<Record<string, unknown>> = {
  set: new Set([1]),
  frozenset: new Set([1]),
  set_empty: new Set(),
};

/** The lowest protocol in which Python writes a type as data and not as a call. */
const LOWEST: Readonly<Record<string, number>> = {
  bytes_empty: 3,
  bytes: 3,
  bytes_256: 3,
  dict_mixed_keys: 3,
  set: 4,
  frozenset: 4,
  set_empty: 4,
  bytearray: 5,
};

/** What Python writes as a call in every protocol. */
const CALLS = new Set([
  "complex",
  "exception",
  "exception_two_arguments",
  "exception_no_argument",
  "class_reference",
  "datetime",
  "decimal",
]);

const cases = vectors.values.flatMap(({ name, value, pickles }) =>
  Object.entries(pickles).map(([protocol, hex]) => ({ name, value, protocol, hex })),
);

function codeOf(hex: string): string {
  try {
    codec.decode(octetsOf(hex));
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
  return "none";
}

describe("a pickle of Python 3", () => {
  test.each(cases)(
    "$name of protocol $protocol is read or refused",
    ({ name, value, protocol, hex }) => {
      if (CALLS.has(name) || Number(protocol) < (LOWEST[name] ?? 0)) {
        expect(codeOf(hex)).toBe("CODEC_REFUSED");
      } else if (name === "recursive_list") expect(codeOf(hex)).toBe("CODEC_DEPTH");
      else expect(codec.decode(octetsOf(hex))).toStrictEqual(SETS[name] ?? notedValue(value));
    },
  );

  test("that repeats a list gives the same list twice", () => {
    const shared = vectors.values.find(({ name }) => name === "shared_list");
    const [first, second] = codec.decode(octetsOf(shared?.pickles["5"] ?? "")) as unknown[];
    expect(first).toBe(second);
  });
});

describe("a pickle of Python 2", () => {
  test.each(vectors.python2)("$name is read or refused", ({ name, value, pickle }) => {
    if (name.endsWith("exception")) expect(codeOf(pickle)).toBe("CODEC_REFUSED");
    else expect(codec.decode(octetsOf(pickle))).toStrictEqual(notedValue(value));
  });
});

describe("a pickle of ours", () => {
  const data = vectors.values.filter(
    ({ name }) => !CALLS.has(name) && name !== "recursive_list" && !(name in SETS),
  );

  test.each(data)("$name is the value again", ({ value }) => {
    const noted = notedValue(value);
    expect(codec.decode(codec.encode(noted))).toStrictEqual(noted);
  });
});
