/**
 * The zerorpc dialect, for clients and servers that choose what they speak.
 *
 * @module
 */

export { zerorpc, type ZerorpcOptions } from "./dialect.ts";
export {
  type Inspected,
  type InspectedMethod,
  type InspectedParameter,
  readInspected,
} from "./introspection.ts";
