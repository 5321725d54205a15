/**
 * How clients and servers look where somebody prints them.
 *
 * @module
 */

import { inspect, type InspectOptions } from "node:util";

/**
 * A name and what the thing is about at this moment.
 *
 * @param depth - how many levels may still be printed
 */
export function shownAs(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  options: InspectOptions,
): string {
  return depth < 0 ? `[${name}]` : `${name} ${inspect(fields, { ...options, depth })}`;
}
