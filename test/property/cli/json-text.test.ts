import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { JsonSyntaxError, parseJson } from "../../../src/cli/json-text.ts";

/** Texts near enough to JSON to be wrong in interesting places. */
const nearlyJson = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "\\", "}", "0", "\n", "-", "u"))
  .map(([text, at, change]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + change + text.slice(place + 1);
  });

function outcome(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonSyntaxError) return "refused";
    throw error;
  }
}

/** JSON.parse has no integers beyond those that a number holds. */
function rounded(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)]));
}

describe("parseJson", () => {
  it("takes what JSON.parse takes, and as the same value", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearlyJson), (text) => {
        const expected = outcome(() => JSON.parse(text) as unknown);
        expect(outcome(() => rounded(parseJson(text)))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("points into the text or just behind it", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          const { offset } = error as JsonSyntaxError;
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
