/**
 * The folder of zrpc's sockets: where it is, what may be a name in it, and who may use it.
 *
 * Spec: docs/protocols/zrpc.md, "Services by name".
 *
 * @module
 */

import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

import { UsageError } from "../base/errors.ts";
import { TransportError } from "../sockets/errors.ts";
import { toTransportError } from "./errors.ts";

/** Who may call a server: its own user, or everyone on the machine. */
export type ZrpcAccess = "owner" | "everyone";

const DEFAULT_FOLDER = join(sep, "tmp", "zrpc_sockets");
const OWNER_FOLDER = 0o700;
const OWNER_SOCKET = 0o600;
const OPEN = 0o777;

/** The folder that an option names, or the environment, or the original. */
export function socketFolder(option: string | undefined): string {
  const named = option ?? process.env["ZRPC_SOCKET_DIR"];
  return resolve(named === undefined || named === "" ? DEFAULT_FOLDER : named);
}

/** A service's name when nobody gave it one: `MyClass` is `my_class`. */
export function nameOfClass(className: string): string {
  return className
    .replaceAll(/[A-Z]+/g, "_$&")
    .replaceAll(/^_+|_+$/g, "")
    .toLowerCase();
}

/**
 * The path of a service's socket.
 *
 * @throws {UsageError} `USAGE_NAME` when the name cannot be that of a file
 */
export function socketPath(folder: string, name: string): string {
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name)) {
    throw new UsageError(
      "USAGE_NAME",
      `expected the name of a service, which is that of a file, got ${JSON.stringify(name)}`,
    );
  }
  return join(folder, name);
}

/**
 * Makes the folder, or sees to it that nobody else can put sockets into it.
 *
 * @throws {TransportError} `TRANSPORT_PERMISSION` and others of the file system
 */
export async function prepareFolder(folder: string, access: ZrpcAccess): Promise<void> {
  const endpoint = `ipc://${folder}`;
  let owner: number;
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_FOLDER });
    owner = (await stat(folder)).uid;
  } catch (error) {
    throw toTransportError(error, endpoint);
  }
  if (access === "everyone") {
    // Somebody else's folder is as open as they like.
    await chmod(folder, OPEN).catch(() => undefined);
    return;
  }
  const user = process.getuid?.() ?? owner;
  if (owner === user || owner === ROOT) return;
  throw new TransportError(
    "TRANSPORT_PERMISSION",
    `the folder ${folder} belongs to another user, who can take the place of every service in it;` +
      ` expected one of your own, or access "everyone"`,
    { endpoint },
  );
}

const ROOT = 0;

/** Says who may connect to a socket. */
export async function grantAccess(path: string, access: ZrpcAccess): Promise<void> {
  try {
    await chmod(path, access === "everyone" ? OPEN : OWNER_SOCKET);
  } catch (error) {
    throw toTransportError(error, `ipc://${path}`);
  }
}

/**
 * The names of the sockets in a folder, dead ones included; none if there is no folder.
 *
 * @throws {TransportError} when the folder cannot be read
 */
export async function socketNames(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isSocket())
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw toTransportError(error, `ipc://${folder}`);
  }
}
