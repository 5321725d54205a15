/**
 * Codecs: values to octets and back, for who writes a dialect.
 *
 * @module
 */

export type { Codec } from "./codec.ts";
export { CODEC_DEFAULTS, CodecError, type CodecErrorCode, type CodecLimits } from "./errors.ts";
export { JsonCodec } from "./json.ts";
export type { JsonStyle } from "./json-writer.ts";
export { MsgpackCodec } from "./msgpack.ts";
export { MsgpackReader } from "./msgpack-reader.ts";
export { Extension, MsgpackWriter } from "./msgpack-writer.ts";
export { PickleCodec } from "./pickle.ts";
export { PickleRefusal } from "./pickle-scan.ts";
