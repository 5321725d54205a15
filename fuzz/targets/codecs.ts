/**
 * The three codecs: octets to values and back, and compared with what else reads the same.
 *
 * @module
 */

import { decode as theirDecode } from "@msgpack/msgpack";
import type { Codec } from "#dist/codec/codec.js";
import { CodecError } from "#dist/codec/errors.js";
import { JsonCodec } from "#dist/codec/json.js";
import { MsgpackCodec } from "#dist/codec/msgpack.js";
import { Extension } from "#dist/codec/msgpack-writer.js";
import { PickleCodec } from "#dist/codec/pickle.js";

import { same } from "../same.ts";
import { hex, payloadsOf, pickles } from "../seeds.ts";
import { law, type Target, utf8 } from "../target.ts";

const MAX_INPUT_BYTES = 4096;
const LIMITS = { maxDepth: 40, maxElements: 2000 } as const;

type Read = { readonly value: unknown } | { readonly code: string };

function read(codec: Codec, input: Uint8Array): Read {
  try {
    return { value: codec.decode(input) };
  } catch (error) {
    if (error instanceof CodecError) return { code: error.code };
    throw error;
  }
}

/** What was read can be written, and is read again as it was. */
function checkRoundTrip(codec: Codec, value: unknown): void {
  let written: Uint8Array;
  try {
    written = codec.encode(value);
  } catch (error) {
    if (error instanceof CodecError && error.code === "CODEC_UNSUPPORTED") return;
    throw error;
  }
  law(same(codec.decode(written), value), "a value that was written and read again is another");
}

const msgpack = new MsgpackCodec(LIMITS);

function runMsgpack(input: Uint8Array): void {
  const ours = read(msgpack, input);
  if (!("value" in ours)) return;
  checkRoundTrip(msgpack, ours.value);
  if (!isCommon(ours.value)) return;
  let theirs: unknown;
  try {
    theirs = theirDecode(firstValueOf(input, ours.value), { useBigInt64: false });
  } catch {
    return;
  }
  law(same(ours.value, theirs), "another implementation reads another value");
}

/** The other implementation refuses octets behind the value, which we ignore. */
function firstValueOf(input: Uint8Array, value: unknown): Uint8Array {
  const again = msgpack.encode(value);
  return again.length <= input.length ? again : input;
}

/** Whether a value is one that both implementations have the same type for. */
function isCommon(value: unknown): boolean {
  if (typeof value === "bigint" || value instanceof Map || value instanceof Date) return false;
  if (value instanceof Extension) return false;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.values(value).every(isCommon);
}

const json = new JsonCodec(LIMITS);
const pythonJson = new JsonCodec(LIMITS, { words: true, blanks: true, escaped: true });
const LIMIT_CODES: ReadonlySet<string> = new Set(["CODEC_DEPTH", "CODEC_ELEMENTS", "CODEC_KEY"]);
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function platformJson(input: Uint8Array): Read {
  try {
    return { value: JSON.parse(strictUtf8.decode(input)) as unknown };
  } catch {
    return { code: "refused" };
  }
}

function runJson(input: Uint8Array): void {
  const ours = read(json, input);
  const theirs = platformJson(input);
  if ("value" in ours) {
    law("value" in theirs, "the platform refuses what we read");
    law(
      "value" in theirs && sameNumbers(ours.value, theirs.value),
      "the platform reads another value",
    );
    checkRoundTrip(json, ours.value);
  } else if ("value" in theirs && !LIMIT_CODES.has(ours.code)) {
    law(
      /\d{4300}/.test(strictUtf8.decode(input)),
      `the platform reads what we refuse: ${ours.code}`,
    );
  }
  const words = read(pythonJson, input);
  if ("value" in words) checkRoundTrip(pythonJson, words.value);
  law(
    !("value" in ours) || ("value" in words && same(ours.value, words.value)),
    "words change a value",
  );
}

/** Our exact integers are numbers there. */
function sameNumbers(ours: unknown, theirs: unknown): boolean {
  if (typeof ours === "bigint") return Object.is(Number(ours), theirs);
  if (typeof ours !== "object" || ours === null || typeof theirs !== "object" || theirs === null) {
    return same(ours, theirs);
  }
  const [a, b] = [Object.entries(ours), Object.entries(theirs)];
  return (
    a.length === b.length &&
    a.every(([key, value], at) => key === b[at]?.[0] && sameNumbers(value, b[at][1]))
  );
}

const pickle = new PickleCodec(LIMITS);

function runPickle(input: Uint8Array): void {
  const ours = read(pickle, input);
  if ("value" in ours) checkRoundTrip(pickle, ours.value);
}

/** A value of every type that MessagePack has. */
const EVERYTHING = [
  null,
  true,
  -1,
  -33,
  -129,
  -40_000,
  3e9,
  2 ** 53 - 1,
  2n ** 64n - 1n,
  -(2n ** 63n),
  1.5,
  -0,
  NaN,
  "",
  "text",
  "\u2603".repeat(40),
  new Uint8Array(300),
  [[[]]],
  { a: { b: {} } },
  new Map<unknown, unknown>([
    [1, 2],
    [[3], "x"],
  ]),
  new Date(0),
  new Date(1.5),
  new Extension(5, hex("0102030405")),
];

/** All codecs. */
export const CODEC_TARGETS: readonly Target[] = [
  {
    name: "msgpack",
    seeds: () => [
      ...EVERYTHING.map((value) => msgpack.encode(value)),
      msgpack.encode(EVERYTHING),
      ...payloadsOf("zerorpc"),
      ...payloadsOf("zrpc"),
    ],
    words: [
      "__proto__",
      "constructor",
      hex("d7ff"),
      hex("c70cff"),
      hex("c1"),
      hex("ddffffffff"),
      hex("dfffffffff"),
    ],
    sources: [],
    maxInputBytes: MAX_INPUT_BYTES,
    run: runMsgpack,
  },
  {
    name: "json",
    seeds: () => [
      ...[
        '{"a":[1,-0,1e400,12345678901234567890,"\\u005f_proto__",{"__proto_":{}}]}',
        '[NaN,Infinity,-Infinity,true,false,null,"\\ud83d\\ude00\\ud800","\\/"]',
        " [ [ ] , { } , 0.5e-7 , -1 ] ",
      ].map(utf8),
      ...payloadsOf("jsonrpc"),
      ...payloadsOf("zerorpc_json"),
    ],
    words: [
      "__proto__",
      '"__proto__":',
      "\\u005f",
      "NaN",
      "Infinity",
      "-Infinity",
      "true",
      "null",
      "1234567890123456789",
      "1e309",
      "\\ud800",
      "\ufeff",
      "[",
      "{}",
      '{"":',
      hex("edA080"),
      hex("c080"),
      hex("f4908080"),
    ],
    sources: [],
    maxInputBytes: MAX_INPUT_BYTES,
    run: runJson,
  },
  {
    name: "pickle",
    seeds: pickles,
    words: [
      "cbuiltins\neval\n",
      "I01\n",
      "L5L\n",
      "F1e5\n",
      "S'a'\n",
      "V\\u2603\n",
      hex("8004 95"),
      hex("94 8c 01 61"),
      hex("284b014b0265"),
      hex("7d942868"),
      "p0\n",
      "g0\n",
      "__proto__",
    ],
    sources: [],
    maxInputBytes: MAX_INPUT_BYTES,
    run: runPickle,
  },
];
