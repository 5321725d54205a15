/**
 * The words of a command line: which are options, which are their values, and which stand for
 * themselves.
 *
 * Options may stand anywhere in front of `--`; a number with a minus sign is no option.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from "node:util";

import { Mistake, suggestion } from "./mistakes.ts";
import { SECURITY_OPTIONS } from "./security.ts";

const OWN_OPTIONS = {
  client: { type: "boolean" },
  server: { type: "boolean" },
  connect: { type: "string", multiple: true },
  bind: { type: "string", multiple: true },
  timeout: { type: "string", short: "t" },
  count: { type: "string", short: "c" },
  "socket-dir": { type: "string" },
  heartbeat: { type: "string" },
  "pool-size": { type: "string" },
  "policy-file": { type: "string" },
  workers: { type: "string" },
  json: { type: "boolean", short: "j" },
  "print-json": { type: "boolean" },
  inspect: { type: "boolean" },
  "active-hb": { type: "boolean" },
  debug: { type: "boolean", short: "d" },
  protocol: { type: "string", multiple: true },
  serializer: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  "no-color": { type: "boolean" },
} as const;

/** How `parseArgs` is told of an option. */
type OptionKind = NonNullable<ParseArgsConfig["options"]>[string];

type Name = keyof typeof OWN_OPTIONS | keyof typeof SECURITY_OPTIONS;

const OPTIONS: Readonly<Record<Name, OptionKind>> = { ...OWN_OPTIONS, ...SECURITY_OPTIONS };

/** Short options that are no single letter or no letter at all. */
const ODD_SHORT: Readonly<Record<string, string>> = { "-pj": "--print-json", "-?": "--inspect" };

type Repeated = "connect" | "bind" | "protocol";
/** Options by their long names; a flag that was given is `true`. */
export type Values = Partial<Record<Exclude<Name, Repeated>, string | true>> &
  Partial<Record<Repeated, readonly string[]>>;

/**
 * Takes options and positional words apart.
 *
 * @throws {Mistake} for an option that there is not, that lacks its value, or has one too many
 */
export function splitWords(words: readonly string[]): {
  readonly values: Values;
  readonly positionals: readonly string[];
} {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const args = words.map((word, at) => (at < end ? (ODD_SHORT[word] ?? word) : word));
  const { tokens } = parseArgs({
    args,
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Values = {};
  const positionals: string[] = [];
  let lastIndex = -1;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const word = words[token.index] ?? token.rawName;
    // `-12` comes as one token for each digit.
    if (/^-(?:\d|\.\d)/.test(word)) {
      if (token.index !== lastIndex) positionals.push(word);
    } else {
      addOption(values, token, word);
    }
    lastIndex = token.index;
  }
  return { values, positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function addOption(values: Values, token: OptionToken, word: string): void {
  if (!isOption(token.name)) throw unknownOption(token, word);
  const { name, value } = token;
  if (OPTIONS[name].type === "boolean") {
    if (value !== undefined) throw new Mistake(`${token.rawName} takes no value, got "${value}"`);
    values[name as Exclude<Name, Repeated>] = true;
    return;
  }
  const missing = value === undefined || (token.inlineValue !== true && /^-\D/.test(value));
  if (missing || value === "") {
    throw new Mistake(`${token.rawName} expects a value`, { showUsage: true });
  }
  if (name === "connect" || name === "bind" || name === "protocol")
    values[name] = [...(values[name] ?? []), value];
  else values[name] = value;
}

function isOption(name: string): name is Name {
  return Object.hasOwn(OPTIONS, name);
}

function unknownOption(token: OptionToken, word: string): Mistake {
  const short = !token.rawName.startsWith("--");
  const hint = short ? undefined : suggestion(token.name, Object.keys(OPTIONS));
  const shown = hint?.replaceAll(/"([^"]+)"/g, "--$1");
  const remedy = short ? 'parameters that start with a dash go behind "--"' : undefined;
  const tail = [shown, remedy].filter((part) => part !== undefined).map((part) => `; ${part}`);
  return new Mistake(`unknown option ${short ? word : token.rawName}${tail.join("")}`, {
    showUsage: true,
  });
}
