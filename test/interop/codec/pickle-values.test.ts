/** Pickles of Python, changed at random, read by us and by Python: both read the same or one refuses. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { mutate } from "../../../fuzz/mutation.ts";
import { Random } from "../../../fuzz/random.ts";
import { pickles } from "../../../fuzz/seeds.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";

const PYTHON = "/usr/bin/python3";
const COUNT = 4000;
const codec = new PickleCodec({ maxDepth: 40 });

/** Reads lines of hexadecimal digits as pickles without imports, writes what they are. */
const READER = `
import io, pickle, resource, struct, sys
# It reserves as much as the number of a memo entry says.
resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
class Plain(pickle.Unpickler):
    def find_class(self, module, name): raise pickle.UnpicklingError(name)
def show(v, depth=0):
    if depth > 60: raise ValueError("deep")
    if v is None: return "n"
    if v is True or v is False: return "t" if v else "f"
    if isinstance(v, int): return "i%x" % v
    if isinstance(v, float):
        if v.is_integer() and abs(v) < 2**53 and not (v == 0 and str(v)[0] == "-"): return "i%x" % int(v)
        return "nan" if v != v else "d" + struct.pack(">d", v).hex()
    if isinstance(v, str): return "s" + v.encode("utf-8", "replace").hex()
    if isinstance(v, (bytes, bytearray)): return "b" + bytes(v).hex()
    if isinstance(v, (list, tuple)): return "[" + ",".join(show(x, depth + 1) for x in v) + "]"
    if isinstance(v, dict): return "{" + ",".join(sorted(show(k, depth + 1) + ":" + show(x, depth + 1) for k, x in v.items())) + "}"
    if isinstance(v, (set, frozenset)): return "(" + ",".join(sorted(show(x, depth + 1) for x in v)) + ")"
    raise ValueError(type(v))
sys.set_int_max_str_digits(0)
for line in sys.stdin:
    try: print(show(Plain(io.BytesIO(bytes.fromhex(line)), encoding="utf-8").load()))
    except BaseException as e: print("refused")
`;

function show(value: unknown): string {
  if (value === null) return "n";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "bigint") return `i${value.toString(16)}`;
  if (typeof value === "number") return showNumber(value);
  if (typeof value === "string")
    return `s${Buffer.from(value.replaceAll(/\p{Surrogate}/gu, "?")).toString("hex")}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
  if (value instanceof Set) return `(${[...value].map(show).toSorted().join(",")})`;
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return `{${entries
    .map(([key, one]) => `${show(key)}:${show(one)}`)
    .toSorted()
    .join(",")}}`;
}

function showNumber(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `i${value.toString(16)}`;
  if (Number.isNaN(value)) return "nan";
  const octets = Buffer.alloc(8);
  octets.writeDoubleBE(value);
  return `d${octets.toString("hex")}`;
}

/** Keys that are equal in Python and not here: `1`, `1.0` and `True`, or octets. */
function hasOddKeys(shown: string): boolean {
  return /[{,(](?:[tfb[]|i[01]\b)/.test(shown);
}

function read(octets: Uint8Array): string {
  try {
    return show(codec.decode(octets));
  } catch {
    return "refused";
  }
}

const seeds = pickles();

test.skipIf(!existsSync(PYTHON) || seeds.length === 0)(
  "what both read is the same",
  () => {
    const random = new Random(7);
    const words: Uint8Array[] = [];
    const material = { words, other: () => random.pick(seeds), maxBytes: 600 };
    const inputs = Array.from({ length: COUNT }, () =>
      mutate(random.pick(seeds), random, material),
    );
    const lines = inputs.map((input) => Buffer.from(input).toString("hex")).join("\n");
    const output = execFileSync(PYTHON, ["-c", READER], {
      input: `${lines}\n`,
      maxBuffer: 1e8,
      // Python's own words about pickles that break it.
      stdio: ["pipe", "pipe", "ignore"],
      timeout: 60_000,
    });
    const theirs = output.toString().trimEnd().split("\n");
    expect(theirs).toHaveLength(COUNT);
    let both = 0;
    for (const [at, input] of inputs.entries()) {
      const ours = read(input);
      if (ours === "refused" || theirs[at] === "refused") continue;
      both++;
      if (hasOddKeys(ours)) continue;
      const pickle = Buffer.from(input).toString("hex");
      expect({ pickle, read: ours }).toEqual({ pickle, read: theirs[at] });
    }
    expect(both).toBeGreaterThan(COUNT / 20);
  },
  60_000,
);
