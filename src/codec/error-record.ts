/**
 * What an error is where it is a value: inside of a result, an item, an argument or the details of
 * another error. One rule for all codecs.
 *
 *     name, message
 *     cause, errors      where it has them
 *     …                  its own enumerable properties, such as code and details
 *
 * Stacks, its own and those that peers sent, tell where files are, and stay at home. An error that a
 * handler throws is no value: it is how the call ends.
 *
 * @module
 */

/** Members that say more about this process than about the error. */
const AT_HOME: ReadonlySet<string> = new Set(["stack", "peerStack"]);

/** The object whose members are written of `value`: of an error as told above, else its own. */
export function recordOf(value: object): Record<string, unknown> {
  return value instanceof Error ? errorRecord(value) : (value as Record<string, unknown>);
}

function errorRecord(error: Error): Record<string, unknown> {
  const members = new Map<string, unknown>([
    ["name", error.name],
    ["message", error.message],
  ]);
  // Errors of the language have these two as properties that are not enumerable.
  for (const name of ["cause", "errors"] as const) {
    if (Object.hasOwn(error, name)) members.set(name, error[name as "cause"]);
  }
  for (const [name, value] of Object.entries(error)) {
    if (!AT_HOME.has(name)) members.set(name, value);
  }
  return Object.fromEntries(members);
}
