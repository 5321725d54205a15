/**
 * Octets as text and back: ASCII and hexadecimal. Text of others as people may see it.
 *
 * @module
 */

const HEX_DIGITS = "0123456789abcdef";

/** Writes ASCII text as octets. Characters beyond U+007F lose their upper bits. */
export function encodeAscii(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i) & 0x7f;
  return octets;
}

/** Reads octets as text, one character per octet, so that nothing is ever refused. */
export function decodeAscii(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

/** Reads octets as ASCII for a person: what is not printable becomes `?`. */
export function printable(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    text += octet >= 0x20 && octet <= 0x7e ? String.fromCharCode(octet) : "?";
  }
  return text;
}

/**
 * Shows control characters, and separators that end a line, as escapes: text of a peer must not forge
 * lines of a log and not speak to a terminal.
 *
 * @param except - characters that stay as they are
 */
export function escapeControls(text: string, except: string = ""): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) =>
    except.includes(character) ? character : escapeOf(character),
  );
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}

/** Any value as text for people, whatever its own code does. Never throws. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    // An object without a usable toString, such as one made by Object.create(null).
    return tagOf(value);
  }
}

function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return typeof value;
  }
}

/** Whether octets begin like text: with ASCII that can be seen, behind blanks. */
export function startsLikeText(octets: Uint8Array): boolean {
  let at = 0;
  while (isBlank(octets[at])) at++;
  const first = octets[at] ?? 0;
  return first > 0x20 && first < 0x7f;
}

function isBlank(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0a || octet === 0x0d;
}

/** Writes octets as lower-case hexadecimal digits without separators. */
export function formatHex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += HEX_DIGITS.charAt(octet >> 4) + HEX_DIGITS.charAt(octet & 15);
  return text;
}

/**
 * Reads hexadecimal digits, blanks between octets allowed.
 *
 * @returns `undefined` when `text` is no sequence of whole octets
 */
export function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) {
    octets[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }
  return octets;
}
