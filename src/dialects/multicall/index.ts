/**
 * The multicall dialect, for clients and servers that choose what they speak.
 *
 * @module
 */

export { multicall, type MulticallOptions } from "./dialect.ts";
