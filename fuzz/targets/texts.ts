/**
 * Texts: endpoints, Z85, words of the command line, and JSON on it.
 *
 * @module
 */

import { UsageError } from "#dist/base/errors.js";
import { decodeZ85, encodeZ85 } from "#dist/base/z85.js";
import { parseArguments } from "#dist/cli/arguments.js";
import { JsonSyntaxError, parseJson } from "#dist/cli/json-text.js";
import { Mistake } from "#dist/cli/mistakes.js";
import { formatReadable, parseParameters } from "#dist/cli/values.js";
import { formatEndpoint, parseEndpoint } from "#dist/sockets/endpoint.js";

import { same, sameOctets } from "../same.ts";
import { law, type Target, utf8 } from "../target.ts";

const lenient = new TextDecoder();
const latin1 = new TextDecoder("latin1");

function endpoint(input: Uint8Array): void {
  const text = lenient.decode(input);
  try {
    const parsed = parseEndpoint(text);
    const again = parseEndpoint(formatEndpoint(parsed));
    law(same(again, parsed), `${JSON.stringify(text)} is read again as ${JSON.stringify(again)}`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

function z85(input: Uint8Array): void {
  const text = latin1.decode(input);
  const decoded = decodeZ85(text);
  if (decoded !== undefined)
    law(encodeZ85(decoded) === text, "Z85 that was read is written otherwise");
  const whole = input.subarray(0, input.length & ~3);
  law(sameOctets(decodeZ85(encodeZ85(whole)) ?? utf8("?"), whole), "Z85 loses octets");
}

/** Words are separated by a zero octet. */
function commandLine(input: Uint8Array): void {
  const words = lenient.decode(input).split("\0");
  try {
    const { command } = parseArguments(words);
    law(typeof command.type === "string", "a command without a type");
    if (command.type === "call") parseParameters(command.params, command.json);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    law(error.message.length < 1000 + 3 * input.length, "a message that is too long");
  }
}

function jsonText(input: Uint8Array): void {
  const text = lenient.decode(input);
  let theirs: unknown;
  let refused = false;
  try {
    theirs = JSON.parse(text);
  } catch {
    refused = true;
  }
  try {
    const ours = parseJson(text);
    law(!refused, `the platform refuses ${JSON.stringify(text)}`);
    law(
      JSON.stringify(ours, numbers) === JSON.stringify(theirs),
      "the platform reads another value",
    );
    formatReadable(ours, false);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    law(
      refused || /[[{]{50}/.test(text.replaceAll(/[^[{]/g, "")) || /\d{300}/.test(text),
      `the platform reads what we refuse: ${error.message}`,
    );
    law(error.offset >= 0 && error.offset <= text.length, `the offset ${error.offset} is outside`);
  }
}

function numbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

const ENDPOINTS = [
  "tcp://127.0.0.1:5555",
  "tcp://*:0",
  "tcp://[::1]:5555",
  "tcp://[fe80::1%eth0]:1",
  "ipc:///run/a.sock",
  "ipc://@abstract",
  "inproc://name",
];

const LINES = [
  "tcp://127.0.0.1:1234 add 1 2",
  "--server --bind tcp://*:1 module.ts",
  "list",
  "call name method 1 key=2",
  "--connect tcp://a:1 --bind tcp://b:2 -t 3.5 -j x [1]",
  "-pj -? tcp://a:1",
  "--protocol jsonrpc --serializer pickle tcp://a:1",
  "keygen file",
  "--curve-secret-file a tcp://b:1 m",
  "-- -1",
  "--timeout=-5 tcp://a:1",
];

/** All texts that people and files give. */
export const TEXT_TARGETS: readonly Target[] = [
  {
    name: "endpoint",
    seeds: () => ENDPOINTS.map(utf8),
    words: [...ENDPOINTS, "://", "[", "]", ":*", "%", ";", "tcp", "ipc", "inproc", "65536"],
    sources: [],
    maxInputBytes: 512,
    run: endpoint,
  },
  {
    name: "z85",
    seeds: () =>
      ["HelloWorld", "00000", "%nSc0", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"].map(utf8),
    words: ["#####", "%nSc1"],
    sources: [],
    maxInputBytes: 256,
    run: z85,
  },
  {
    name: "command-line",
    seeds: () => LINES.map((line) => utf8(line.replaceAll(" ", "\0"))),
    words: ["\0", "\0--", "=", "-", "NaN", "1e999", "\0list\0", "\0call\0"],
    sources: ["cli/arguments.js", "cli/service-words.js", "cli/security.js", "cli/protocols.js"],
    maxInputBytes: 512,
    run: commandLine,
  },
  {
    name: "command-line-json",
    seeds: () =>
      ['{"a":[1,2.5e3,"x\\u2603"]}', "12345678901234567890", " [ true , null ] "].map(utf8),
    words: ["__proto__", "true", "null", "\\u", "1e5", "[", "{", '":'],
    sources: ["cli/json-text.js"],
    maxInputBytes: 1024,
    run: jsonText,
  },
];
