/**
 * What a codec is: values to octets and back, whole values only.
 *
 * @module
 */

/** Turns values into octets and back. */
export interface Codec {
  /** Lower-case name, such as `"msgpack"`. */
  readonly name: string;
  /**
   * Encodes one value. The octets belong to the caller and are not reused.
   *
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH`
   */
  encode(value: unknown): Uint8Array;
  /**
   * Decodes exactly one value; octets after it are ignored. What is returned holds no view of
   * `octets`, except for byte strings that make up most of their buffer.
   *
   * @throws {CodecError} any code but `CODEC_UNSUPPORTED`
   */
  decode(octets: Uint8Array): unknown;
}
