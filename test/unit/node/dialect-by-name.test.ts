import { describe, expect, test } from "vitest";
import { pickle } from "../../../src/dialects/netcall/serializer.ts";
import { DIALECT_NAMES, dialectByName } from "../../../src/node/dialect-by-name.ts";
import { limitedDialect } from "../../../src/node/rpc-options.ts";
import type { Packet } from "../../../src/rpc/packet.ts";
import { frames } from "../../support/netcall.ts";

test.each(DIALECT_NAMES)("the dialect %s is made by its name, and takes limits", async (name) => {
  expect((await dialectByName({ name })).name).toBe(name);
  expect((await dialectByName({ name, limits: { maxDepth: 5 } })).name).toBe(name);
});

describe("a dialect by name", () => {
  test("gets its options", async () => {
    const { timeoutMs } = await dialectByName({ name: "jsonrpc", batches: false });
    expect(timeoutMs).toBe(5000);
    const unknown = { name: "jsonrpc", batch: false } as const;
    await expect(dialectByName(unknown)).rejects.toThrow("did you mean batches?");
  });

  test("keeps to the limits of its client, in any serializer", async () => {
    const codec = pickle();
    const message = frames("|", "1", "f", codec.encode([[[1]]]), codec.encode({}), "0");
    const given = await dialectByName({ name: "netcall", serializer: "pickle" });
    const heard = [given, limitedDialect(given, { maxDepth: 2 })].map((dialect) => {
      const packets: Packet[] = [];
      dialect.serverTranslator({ socketType: "DEALER" }).decode(message, packets);
      return packets.at(-1)?.type;
    });
    expect(heard).toEqual(["request", "malformed"]);
  });
});
