/** Times and waiting. Knows nothing of RPC. */

/** Seconds since 1970 of a day, written as year/month/day. */
export function strptime(day: string): number {
  const [year = 1970, month = 1, date = 1] = day.split("/").map(Number);
  return Date.UTC(year, month - 1, date) / 1000;
}

/** A moment as text: %Y, %m and %d are its year, month and day. */
export function strftime(format: string, seconds: number = Date.now() / 1000): string {
  const moment = new Date(seconds * 1000);
  const parts = { Y: moment.getUTCFullYear(), m: moment.getUTCMonth() + 1, d: moment.getUTCDate() };
  return format.replaceAll(/%([Ymd])/g, (_, part: "Y" | "m" | "d") =>
    String(parts[part]).padStart(2, "0"),
  );
}

/**
 * Wait.
 *
 * Other calls go on meanwhile.
 */
export function sleep(seconds: number): Promise<null> {
  if (typeof seconds !== "number") throw new TypeError("a number is required");
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000, null));
}
