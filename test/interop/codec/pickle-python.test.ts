/**
 * Pickles of ours, read by Python itself.
 */

import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { PickleCodec } from "../../../src/codec/pickle.ts";

const codec = new PickleCodec();
const octets = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe("Python", () => {
  const python = pythonOrNothing();

  test.skipIf(python === undefined)("reads what was written", () => {
    const value = {
      none: null,
      truth: [true, false],
      whole: [
        0,
        255,
        256,
        65535,
        65536,
        -1,
        -129,
        2147483648,
        -2147483649,
        2n ** 64n,
        -(2n ** 63n),
      ],
      huge: -(2n ** 3000n),
      floats: [0.5, -0, Infinity, 1e300],
      texts: ["", "é ☃ 😀", "x".repeat(300)],
      octets: [octets(), octets(0, 255), new Uint8Array(300)],
      map: new Map<unknown, unknown>([
        [1, "one"],
        [null, 0],
      ]),
      set: new Set([1, "a"]),
    };
    const expected =
      "{'none': None, 'truth': [True, False], 'whole': [0, 255, 256, 65535, 65536, -1, -129," +
      " 2147483648, -2147483649, 18446744073709551616, -9223372036854775808]," +
      " 'huge': -2**3000, 'floats': [0.5, -0.0, float('inf'), 1e300]," +
      " 'texts': ['', 'é ☃ 😀', 'x'*300], 'octets': [b'', b'\\x00\\xff', bytes(300)]," +
      " 'map': {1: 'one', None: 0}, 'set': {1, 'a'}}";
    const program =
      "import pickle, sys; value = pickle.loads(sys.stdin.buffer.read());" +
      ` expected = ${expected}; print(value == expected and str(value['floats']) == str(expected['floats']))`;
    const answer = execFileSync(python ?? "", ["-c", program], { input: codec.encode(value) });
    expect(answer.toString().trim()).toBe("True");
  });
});

function pythonOrNothing(): string | undefined {
  try {
    execFileSync("python3", ["-c", "0"]);
    return "python3";
  } catch {
    return undefined;
  }
}
