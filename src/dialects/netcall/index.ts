/**
 * The NetCall dialect and its serializers.
 *
 * @module
 */

export { netcall, type NetcallOptions } from "./dialect.ts";
export { json, msgpack, pickle, type Serializer } from "./serializer.ts";
