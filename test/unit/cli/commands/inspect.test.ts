import { describe, expect, it } from "vitest";

import { describeLines, listLines } from "../../../../src/cli/commands/inspect.ts";

const parameters = [{ name: "n", optional: false, rest: false, type: "number" }];
const methods = {
  add: { doc: "Adds.\n\nMore of it.", parameters, returns: "number" },
  example: { doc: "```js\nexample();\n```\n\nAfter the code." },
  bare: {},
};

describe("listLines", () => {
  it("shows the first line of prose of each method in a column", () => {
    expect(listLines(methods, false)).toEqual([
      "add     Adds.",
      "example After the code.",
      "bare    <undocumented>",
    ]);
  });

  it("shows the signatures alone", () => {
    expect(listLines(methods, true)).toEqual(["add(n: number): number", "example(??)", "bare(??)"]);
  });

  it("is empty for a service without methods", () => {
    expect(listLines({}, false)).toEqual([]);
  });
});

describe("describeLines", () => {
  it("shows signature and documentation", () => {
    expect(describeLines(methods, "add")).toEqual([
      "add(n: number): number",
      "",
      "Adds.\n\nMore of it.",
      "",
    ]);
  });

  it("says when there is nothing to show", () => {
    expect(describeLines(methods, "bare")).toEqual(["bare(??)", "", "<undocumented>", ""]);
    expect(describeLines(methods, "constructor")).toEqual(['No documentation for "constructor".']);
  });
});
