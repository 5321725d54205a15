import { expect, test } from "vitest";
import { CODEC_DEFAULTS } from "../../../src/codec/errors.ts";
import { pathTo } from "../../../src/codec/value-path.ts";

const part = Symbol("part");

test("finds the way through everything that is written", () => {
  expect(pathTo(part, part, 0)).toBe("");
  expect(pathTo(part, { a: [1, new Set([part])] }, 0)).toBe(".a[1][0]");
  expect(pathTo(part, { toJSON: () => [part] }, 0)).toBe("[0]");
});

test("finds nothing where nothing is, and not deeper than values are written", () => {
  expect(pathTo(part, { a: [new Uint8Array(3)] }, 0)).toBeUndefined();
  let deep: unknown = part;
  for (let n = 0; n < CODEC_DEFAULTS.maxDepth + 2; n++) deep = [deep];
  expect(pathTo(part, deep, 0)).toBeUndefined();
});
