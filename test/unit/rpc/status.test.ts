import { expect, test } from "vitest";
import { isStatus, STATUSES } from "../../../src/rpc/status.ts";

test("there are sixteen statuses, and nothing else is one", () => {
  expect(new Set(STATUSES).size).toBe(16);
  expect(STATUSES.every(isStatus)).toBe(true);
  for (const other of ["ok", "", 1, null, undefined, "constructor"]) {
    expect(isStatus(other)).toBe(false);
  }
});
