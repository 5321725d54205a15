/**
 * Values as the recordings note them, in the types of our codecs.
 */

/** Reads a noted value: `$bin`, `$int`, `$float`, `$tuple`, `$map` and `$repeat` stand for others. */
export function notedValue(noted: unknown): unknown {
  if (Array.isArray(noted)) return noted.map(notedValue);
  if (typeof noted !== "object" || noted === null) return noted;
  const record = noted as Record<string, unknown>;
  if ("$bin" in record) return new Uint8Array(Buffer.from(String(record["$bin"]), "hex"));
  if ("$int" in record) return wholeNumber(BigInt(String(record["$int"])));
  if ("$float" in record) return floatOf(String(record["$float"]));
  if ("$tuple" in record) return notedValue(record["$tuple"]);
  if ("$map" in record) return new Map(notedValue(record["$map"]) as [unknown, unknown][]);
  if ("$repeat" in record) {
    const [value, count] = record["$repeat"] as [unknown, number];
    return Array.from({ length: count }, () => notedValue(value));
  }
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, notedValue(value)]));
}

function wholeNumber(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function floatOf(text: string): number {
  return Number(text.replace("inf", "Infinity").replace("nan", "NaN"));
}
