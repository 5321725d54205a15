import { describe, expect, it } from "vitest";
import { withSuggestion } from "../../../src/cli/unknown-method.ts";
import { RpcError } from "../../../src/node/index.ts";

const unknown = new RpcError("unimplemented", "there is none");

describe("withSuggestion", () => {
  it("names the method that comes near", async () => {
    const error = await withSuggestion(unknown, "ad", () => Promise.resolve(["add", "other"]));
    expect(error).toMatchObject({
      status: "unimplemented",
      message: 'there is no method "ad", did you mean "add"?',
      cause: unknown,
    });
  });

  it.each([
    ["of another kind", new RpcError("internal", "x"), ["add"]],
    ["that are no errors of calls", new Error("x"), ["add"]],
    ["that say it already", new RpcError("unimplemented", 'did you mean "add"?'), ["add"]],
    ["with nothing near", unknown, ["something"]],
    ["of a method that is there", unknown, ["ad", "add"]],
  ])("leaves errors %s alone", async (_, error, names) => {
    expect(await withSuggestion(error, "ad", () => Promise.resolve(names))).toBe(error);
  });

  it("tells the first error when the names cannot be had", async () => {
    const error = await withSuggestion(unknown, "ad", () => Promise.reject(new Error("gone")));
    expect(error).toBe(unknown);
  });
});
