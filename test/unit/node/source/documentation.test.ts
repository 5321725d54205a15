import { describe, expect, it } from "vitest";

import { readDocumentation } from "../../../../src/node/source/documentation.ts";

describe("readDocumentation", () => {
  it("takes the stars away and keeps paragraphs", () => {
    const comment = "/**\n * First line\n * goes on.\n *\n * Second paragraph.\n */";
    expect(readDocumentation(comment)?.text).toBe("First line\ngoes on.\n\nSecond paragraph.");
  });

  it("reads a comment of one line", () => {
    expect(readDocumentation("/** Adds. */")?.text).toBe("Adds.");
  });

  it("turns tags into readable lines", () => {
    const comment = `/**
     * Ends a sentence.
     * @param {string} sentence - what to end
     * @param {string} [end=", man!"] how, see {@link Cooler | the class}
     *   it belongs to
     * @returns {string} the ended sentence
     * @throws {RangeError} when too long
     * @deprecated since {@linkcode addWoman}
     * @internal
     * @example
     * addMan("hi")
     */`;
    expect(readDocumentation(comment)?.text).toBe(
      [
        "Ends a sentence.",
        "",
        "sentence: what to end",
        "end: how, see the class",
        "  it belongs to",
        "returns: the ended sentence",
        "throws RangeError: when too long",
        "deprecated: since addWoman",
        "example:",
        '  addMan("hi")',
      ].join("\n"),
    );
  });

  it("tells the types, the optional ones and the defaults of parameters", () => {
    const read = readDocumentation(`/**
      * @param {number} a
      * @param {number=} b
      * @param {string} [c=x y] text
      * @param {object} options
      * @param {boolean} options.deep
      * @returns {Promise<number>}
      */`);
    expect([...(read?.parameters ?? [])]).toEqual([
      ["a", { type: "number", optional: false }],
      ["b", { type: "number", optional: true }],
      ["c", { type: "string", optional: true, defaultText: "x y" }],
      ["options", { type: "object", optional: false }],
    ]);
    expect(read?.returns).toBe("Promise<number>");
    expect(read?.yields).toBe(false);
  });

  it("knows a generator by its yields tag", () => {
    expect(readDocumentation("/** @yields {number} the next one */")?.yields).toBe(true);
  });

  it("says nothing of comments that are no JSDoc", () => {
    expect(readDocumentation("/* plain */")).toBeUndefined();
    expect(readDocumentation("// line")).toBeUndefined();
  });
});
