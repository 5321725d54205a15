import { expect, test } from "vitest";
import { DIALECT_NAMES, dialectByName } from "../../../../src/node/sync/dialect-by-name.ts";

test.each(DIALECT_NAMES)("the dialect %s is made by its name", async (name) => {
  expect((await dialectByName({ name })).name).toBe(name);
});

test("a dialect by name gets its options", async () => {
  await expect(dialectByName({ name: "netcall", serializer: "pickle" })).resolves.toHaveProperty(
    "name",
    "netcall",
  );
  const { timeoutMs } = await dialectByName({ name: "jsonrpc", batches: false });
  expect(timeoutMs).toBe(5000);
});
