import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { describeFunction } from "../../../../src/node/source/description.ts";
import { Meanings } from "../../../../src/node/source/meaning.ts";
import { SourceFiles } from "../../../../src/node/source/source-files.ts";
import { readSyntax } from "../../../../src/node/source/syntax.ts";

const pieces = fc.constantFrom(
  ..."export import default function class extends interface type const namespace declare module".split(
    " ",
  ),
  ..."{ } ( ) [ ] < > ; , . = => : ? * ... \n a b c 1 'x' | & /** doc */ from as new this".split(
    " ",
  ),
);
const sources = fc.oneof(
  fc.string(),
  fc.array(pieces, { maxLength: 40 }).map((words) => words.join(" ")),
);
const paths = fc.constantFrom("a.ts", "a.d.ts", "a.js", "a.cjs", "a.mts", "a.tsx");

describe("reading source", () => {
  it("throws on no text, and neither does following every name in it", () => {
    fc.assert(
      fc.property(sources, paths, (text, path) => {
        const file = readSyntax(path, text);
        if (file === undefined) return;
        const meanings = new Meanings(new SourceFiles());
        const whole = meanings.whole(file.block);
        for (const name of [...file.block.names.keys(), ...file.block.exports.keys()]) {
          const found = meanings.member(whole, name);
          describeFunction(found);
          describeFunction(meanings.member(found, "a"));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("finds every exported function under its name with its parameters", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,8}x$/), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(names, ([name = "fx", ...parameters]) => {
        const text = `export function ${name}(${parameters.map((each) => `${each}: number`).join(", ")}): void {}`;
        const file = readSyntax("a.ts", text);
        const meanings = new Meanings(new SourceFiles());
        const found = file === undefined ? [] : meanings.exported(file.block, name);
        expect(describeFunction(found)?.parameters?.map((each) => each.name)).toEqual(parameters);
      }),
    );
  });
});
