import { expect, test } from "vitest";
import { NonceCounter, NonceGuard, nonceOf } from "../../../src/zmtp/curve-crypto.ts";
import { ascii, hex } from "../../support/zmtp.ts";

test("a nonce is its purpose and what tells its boxes apart", () => {
  expect(nonceOf("VOUCH---", hex("01 02"))).toEqual(new Uint8Array([...ascii("VOUCH---"), 1, 2]));
});

test("counts from 1 in eight octets", () => {
  const counter = new NonceCounter();
  expect(counter.next()).toEqual(hex("00 00 00 00 00 00 00 01"));
  for (let i = 0; i < 255; i++) counter.next();
  expect(counter.next()).toEqual(hex("00 00 00 00 00 00 01 01"));
});

test("takes what grows, over all 64 bits, and nothing else", () => {
  const guard = new NonceGuard();
  const take = (digits: string): boolean => guard.take(hex(digits), 0);
  expect(take("00 00 00 00 00 00 00 00")).toBe(false);
  expect(take("00 00 00 00 ff ff ff ff")).toBe(true);
  expect(take("00 00 00 00 ff ff ff ff")).toBe(false);
  expect(take("00 00 00 01 00 00 00 00")).toBe(true);
  expect(take("00 00 00 00 ff ff ff ff")).toBe(false);
  expect(take("ff ff ff ff ff ff ff ff")).toBe(true);
  expect(take("ff ff ff ff ff ff ff fe")).toBe(false);
});
