/**
 * Wires over sockets in the file system, and over abstract ones on Linux.
 *
 * A socket file outlives a process that was killed. Binding replaces a file that nobody answers at,
 * and never takes one from somebody who does.
 *
 * Knows nothing of what goes over the wires.
 *
 * @module
 */

import { mkdtemp, rmdir, stat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { UsageError } from "../base/errors.ts";
import type { Listening, Wire, WireOptions, WireTransport } from "../sockets/dialer.ts";
import type { Endpoint } from "../sockets/endpoint.ts";
import { formatEndpoint } from "../sockets/endpoint.ts";
import { TransportError } from "../sockets/errors.ts";
import { toTransportError } from "./errors.ts";
import { noteListener } from "./own-listeners.ts";
import { closeServer, dialStream, listenStream } from "./tcp.ts";

/** What fits into the `sun_path` of the platform, with room for the final zero octet. */
const MAX_PATH_BYTES = process.platform === "linux" ? 107 : 103;

/** Opens and accepts connections over socket files. */
export const ipcTransport: WireTransport = {
  check: (endpoint) => {
    pathOf(endpoint);
  },

  async dial(endpoint: Endpoint, signal: AbortSignal): Promise<Wire> {
    const path = pathOf(endpoint);
    return dialStream({ path: platformPath(path) }, formatEndpoint(endpoint), signal);
  },

  async listen(
    endpoint: Endpoint,
    accept: (wire: Wire) => void,
    options?: WireOptions,
  ): Promise<Listening> {
    const asked = pathOf(endpoint);
    const fresh = asked === "*" ? await mkdtemp(join(tmpdir(), "zerocall-")) : undefined;
    const path = fresh === undefined ? asked : join(fresh, "socket");
    const real = formatEndpoint({ scheme: "ipc", path });
    if (!isAbstract(path)) await removeStale(path, real);

    const target = { path: platformPath(path) };
    const backlog = options?.backlog === undefined ? {} : { backlog: options.backlog };
    const server = await listenStream({ ...target, ...backlog }, real, accept).catch(
      async (error: unknown) => {
        throw (await folderError(path, real)) ?? error;
      },
    );
    return noteListener({
      endpoint: real,
      close: async () => {
        // The platform removes the file together with the listening socket.
        await closeServer(server);
        if (fresh !== undefined) await rmdir(dirname(path)).catch(() => {});
      },
    });
  },
};

function isAbstract(path: string): boolean {
  return path.startsWith("@");
}

/** The path in the words of `node:net`, where a zero octet starts an abstract name. */
function platformPath(path: string): string {
  return isAbstract(path) ? `\0${path.slice(1)}` : path;
}

/** @throws {UsageError} `USAGE_ENDPOINT` when the platform cannot have such a path */
function pathOf(endpoint: Endpoint): string {
  const text = formatEndpoint(endpoint);
  if (endpoint.scheme !== "ipc") {
    throw new UsageError("USAGE_ENDPOINT", `expected an ipc endpoint, got ${text}`);
  }
  const { path } = endpoint;
  if (isAbstract(path) && process.platform !== "linux") {
    throw new UsageError("USAGE_ENDPOINT", `abstract sockets exist on Linux only, got ${text}`);
  }
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > MAX_PATH_BYTES) {
    throw new UsageError(
      "USAGE_ENDPOINT",
      `expected a path of at most ${MAX_PATH_BYTES} octets, got ${bytes} in ${text}`,
    );
  }
  return path;
}

/** The platform calls a folder that is not there a lack of permission. */
async function folderError(path: string, endpoint: string): Promise<TransportError | undefined> {
  if (isAbstract(path)) return undefined;
  const folder = dirname(path);
  try {
    if ((await stat(folder)).isDirectory()) return undefined;
  } catch (error) {
    // Whether it is there cannot be seen behind a folder that may not be entered.
    if (toTransportError(error, endpoint).code === "TRANSPORT_PERMISSION") return undefined;
  }
  const message = `expected the folder ${folder} to be there for ${endpoint}`;
  return new TransportError("TRANSPORT_ADDRESS_NOT_AVAILABLE", message, { endpoint });
}

/** Makes room at `path`, unless something else than a dead socket is there. */
async function removeStale(path: string, endpoint: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket() || (await isAlive(path, endpoint))) {
    const what = found.isSocket() ? "another socket is bound to it" : "the file is no socket";
    throw new TransportError(
      "TRANSPORT_ADDRESS_IN_USE",
      `address already in use: ${endpoint}; ${what}`,
      { endpoint },
    );
  }
  try {
    await unlink(path);
  } catch (error) {
    throw toTransportError(error, endpoint);
  }
}

/** Tells whether somebody accepts connections at `path`. */
function isAlive(path: string, endpoint: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error) => {
      const failure = toTransportError(error, endpoint);
      // EAGAIN, the queue of a server that is alive, ends up in the last case.
      if (failure.code === "TRANSPORT_REFUSED") resolve(false);
      else if (failure.code === "TRANSPORT_PERMISSION") reject(failure);
      else resolve(true);
    });
  });
}
