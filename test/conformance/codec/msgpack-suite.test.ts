/** The msgpack-test-suite: every value in every form that a peer may choose. */

import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { Extension } from "../../../src/codec/msgpack-writer.ts";

interface Case {
  /** All forms, octets in hexadecimal with hyphens between. */
  readonly msgpack: readonly string[];
  readonly binary?: string;
  /** Where a number cannot say it exactly. */
  readonly bignum?: string;
  readonly timestamp?: readonly [seconds: number, nanos: number];
  readonly ext?: readonly [type: number, data: string];
  readonly [type: string]: unknown;
}

const require = createRequire(import.meta.url);
const SUITE = require("msgpack-test-suite") as Readonly<Record<string, readonly Case[]>>;

const codec = new MsgpackCodec();

function octetsOf(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll("-", ""), "hex"));
}

/** What a case is as a value of ours. */
function valueOf(one: Case): unknown {
  const { binary, bignum, timestamp, ext, msgpack: _forms, ...other } = one;
  if (binary !== undefined) return octetsOf(binary);
  if (bignum !== undefined) return exact(BigInt(bignum));
  // A Date has whole ms, and what is finer is cut off.
  if (timestamp) return new Date(timestamp[0] * 1000 + Math.floor(timestamp[1] / 1e6));
  if (ext) return new Extension(ext[0], octetsOf(ext[1]));
  return Object.values(other)[0];
}

function exact(value: unknown): unknown {
  if (typeof value === "number" && Number.isInteger(value)) return exact(BigInt(value));
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const cases = Object.entries(SUITE).flatMap(([file, list]) =>
  list.flatMap((one) => one.msgpack.map((form) => ({ file, form, one }))),
);

test("the suite is there", () => {
  expect(cases.length).toBeGreaterThan(200);
});

describe.each(cases)("$file $form", ({ form, one }) => {
  test("is read", () => {
    const value = valueOf(one);
    const read = codec.decode(octetsOf(form));
    // Integers beyond 2^53 also come as floats, which stay numbers.
    expect(one.bignum === undefined ? read : exact(read)).toEqual(value);
  });

  test("what was read of it is written in one of its forms", () => {
    const value = valueOf(one);
    if (one.timestamp !== undefined && one.timestamp[1] % 1e6 !== 0) return;
    const written = Buffer.from(codec.encode(value))
      .toString("hex")
      .replaceAll(/(..)(?=.)/g, "$1-");
    expect([...one.msgpack, ...otherForms(one)]).toContain(written);
  });
});

/** The suite has the shortest form of a timestamp alone; a long one is as good. */
function otherForms({ timestamp }: Case): string[] {
  if (timestamp === undefined) return [];
  const octets = Buffer.alloc(12);
  octets.writeUInt32BE(timestamp[1]);
  octets.writeBigInt64BE(BigInt(timestamp[0]), 4);
  return [`c7-0c-ff-${octets.toString("hex").replaceAll(/(..)(?=.)/g, "$1-")}`];
}
