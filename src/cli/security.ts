/**
 * The options of the command line that say how peers are known. Secrets are given by file, so that
 * none is seen in a list of processes or kept in the history of a shell.
 *
 * @module
 */

import { readFile, stat } from "node:fs/promises";
import type { Security } from "../node/index.ts";
import { Mistake } from "./mistakes.ts";

/** The options, as `parseArgs` wants them. */
export const SECURITY_OPTIONS = {
  "curve-secret-file": { type: "string" },
  "curve-server-key": { type: "string" },
  "curve-server-key-file": { type: "string" },
  "curve-client-keys-file": { type: "string" },
  "plain-user": { type: "string" },
  "plain-password-file": { type: "string" },
  "plain-users-file": { type: "string" },
} as const;

/** The name of one of the options. */
export type SecurityOption = keyof typeof SECURITY_OPTIONS;

/** What was given of the options. */
export type SecurityWords = Partial<Record<SecurityOption, string>>;

/** The part of the help text. */
export const SECURITY_HELP = `  --curve-secret-file <path>       our secret key; keygen makes one
  --curve-server-key <key>         the server's public key, or
  --curve-server-key-file <path>   a file with it: we are a client of CURVE
  --curve-client-keys-file <path>  a server lets in the owners of these keys only, one a line
  --plain-user <name>              we are a client of PLAIN, with the password in
  --plain-password-file <path>     this file
  --plain-users-file <path>        a server lets in these users, name:password on each line`;

/** Which options make up each kind of peer. */
const KINDS: readonly {
  readonly needs: SecurityOption;
  readonly takes: readonly SecurityOption[];
}[] = [
  { needs: "curve-server-key", takes: ["curve-secret-file"] },
  { needs: "curve-server-key-file", takes: ["curve-secret-file"] },
  { needs: "plain-user", takes: ["plain-password-file"] },
  { needs: "plain-users-file", takes: [] },
  { needs: "curve-secret-file", takes: ["curve-client-keys-file"] },
];

/**
 * Takes the security options out of all that were given.
 *
 * @returns `undefined` when there is none
 * @throws {Mistake} when they do not go together
 */
export function securityWords(
  values: Readonly<Record<string, unknown>>,
): SecurityWords | undefined {
  const given = Object.keys(SECURITY_OPTIONS).filter((name) => values[name] !== undefined);
  if (given.length === 0) return undefined;
  const kind = KINDS.find(({ needs }) => given.includes(needs));
  const odd = given.find(
    (name) => name !== kind?.needs && !kind?.takes.some((one) => one === name),
  );
  if (kind === undefined || odd !== undefined) {
    const other = kind === undefined ? "other security options" : `--${kind.needs}`;
    throw new Mistake(`--${odd ?? given.join(", --")} does not go with ${other}`, {
      showUsage: true,
    });
  }
  return Object.fromEntries(given.map((name) => [name, String(values[name])]));
}

/**
 * Reads the files and makes the option of clients and servers.
 *
 * @param note - hears what is dangerous about a file
 * @throws {Mistake} when a file cannot be read
 */
export async function loadSecurity(
  words: SecurityWords | undefined,
  note: (text: string) => void,
): Promise<Security | undefined> {
  if (words === undefined) return undefined;
  const secretFile = words["curve-secret-file"];
  const users = words["plain-users-file"];
  const username = words["plain-user"];
  if (username !== undefined) {
    const passwordFile = words["plain-password-file"];
    const password = passwordFile === undefined ? "" : await readSecret(passwordFile, note);
    return { mechanism: "plain", username, password };
  }
  if (users !== undefined) {
    return { mechanism: "plain", authenticate: usersOf(users, await readSecret(users, note)) };
  }
  const secretKey = secretFile === undefined ? undefined : await readSecret(secretFile, note);
  const serverKey = await serverKeyOf(words);
  if (serverKey !== undefined) {
    return { mechanism: "curve", serverKey, ...(secretKey !== undefined && { secretKey }) };
  }
  const clients = words["curve-client-keys-file"];
  const authenticate = clients === undefined ? "any" : linesOf(await read(clients));
  return { mechanism: "curve", secretKey: secretKey ?? "", authenticate };
}

async function serverKeyOf(words: SecurityWords): Promise<string | undefined> {
  const file = words["curve-server-key-file"];
  return file === undefined ? words["curve-server-key"] : (await read(file)).trim();
}

function usersOf(file: string, text: string): Readonly<Record<string, string>> {
  const users = linesOf(text).map((line, at) => {
    const colon = line.indexOf(":");
    if (colon < 0)
      throw new Mistake(`${file}: expected name:password, got none in entry ${at + 1}`);
    return [line.slice(0, colon), line.slice(colon + 1)] as const;
  });
  return Object.fromEntries(users);
}

/** Lines that say something; `#` and a blank begin a comment, as keys may have a `#`. */
function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("# "));
}

async function readSecret(path: string, note: (text: string) => void): Promise<string> {
  const text = (await read(path)).trim();
  const { mode } = await stat(path);
  const others = process.platform === "win32" ? 0 : mode & 0o077;
  if (others !== 0) note(`warn ${path} can be read by others: chmod 600 makes it yours alone`);
  return text;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Mistake(`cannot read ${path}: ${error instanceof Error ? error.message : "?"}`);
  }
}
