/**
 * Z85: octets as printable text, the way ZeroMQ writes keys.
 *
 * Spec: RFC 32 (Z85).
 *
 *     4 octets, big-endian ──▶ a number below 2^32 ──▶ 5 digits of base 85
 *
 * @module
 */

const DIGITS =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const BASE = 85;
const GROUP_OCTETS = 4;
const GROUP_DIGITS = 5;
const END = 2 ** 32;

/**
 * Writes octets as Z85.
 *
 * @param octets - their number MUST be a multiple of 4; what is beyond is left out
 */
export function encodeZ85(octets: Uint8Array): string {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let text = "";
  for (let at = 0; at + GROUP_OCTETS <= octets.length; at += GROUP_OCTETS) {
    const value = view.getUint32(at);
    for (let unit = BASE ** (GROUP_DIGITS - 1); unit >= 1; unit /= BASE) {
      text += DIGITS.charAt(Math.floor(value / unit) % BASE);
    }
  }
  return text;
}

/**
 * Reads Z85.
 *
 * @returns `undefined` when `text` has another digit, no whole number of groups, or a group that
 *   says more than 4 octets can
 */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % GROUP_DIGITS !== 0) return undefined;
  const octets = new Uint8Array((text.length / GROUP_DIGITS) * GROUP_OCTETS);
  const view = new DataView(octets.buffer);
  for (let group = 0; group * GROUP_DIGITS < text.length; group++) {
    let value = 0;
    for (let i = 0; i < GROUP_DIGITS; i++) {
      const digit = DIGITS.indexOf(text.charAt(group * GROUP_DIGITS + i));
      if (digit < 0) return undefined;
      value = value * BASE + digit;
    }
    if (value >= END) return undefined;
    view.setUint32(group * GROUP_OCTETS, value);
  }
  return octets;
}
