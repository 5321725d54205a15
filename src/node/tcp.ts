/**
 * Wires over TCP.
 *
 * Knows nothing of what goes over them.
 *
 * @module
 */

import { createServer, isIP, Socket, type Server } from "node:net";
import { networkInterfaces } from "node:os";

import { UsageError } from "../base/errors.ts";
import type { Listening, Wire, WireOptions, WireTransport } from "../sockets/dialer.ts";
import type { Endpoint, TcpEndpoint } from "../sockets/endpoint.ts";
import { formatEndpoint } from "../sockets/endpoint.ts";
import { toTransportError } from "./errors.ts";
import { noteListener } from "./own-listeners.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { StreamWire, WRITE_LIMIT_BYTES } from "./stream-wire.ts";

const ANY_IPV4 = "0.0.0.0";
const ANY_IPV6 = "::";

/** Opens and accepts TCP connections. */
export const tcpTransport: WireTransport = {
  async dial(endpoint: Endpoint, signal: AbortSignal, options?: WireOptions): Promise<Wire> {
    const { host, port } = tcpOf(endpoint);
    return dialStream({ host, port }, formatEndpoint(endpoint), signal, options);
  },

  async listen(
    endpoint: Endpoint,
    accept: (wire: Wire) => void,
    options?: WireOptions,
  ): Promise<Listening> {
    const { host, port } = tcpOf(endpoint);
    const asked = formatEndpoint(endpoint);
    const address = await bindAddress(host, options?.ipv6 ?? false, asked);
    const backlog = options?.backlog;
    const server = await listenStream(
      { host: address, port, ...(backlog === undefined ? {} : { backlog }) },
      asked,
      accept,
      options,
    );
    const bound = server.address();
    const real = typeof bound === "object" && bound !== null ? bound.port : port;
    return noteListener({
      endpoint: formatEndpoint({ scheme: "tcp", host: address, port: real }),
      close: () => closeServer(server),
    });
  },
};

/** Where a stream socket goes, in the words of `node:net`. */
export type StreamTarget =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** Opens a stream socket. Rejects with `TransportError`. */
export function dialStream(
  target: StreamTarget,
  endpoint: string,
  signal: AbortSignal,
  options?: WireOptions,
): Promise<Wire> {
  return new Promise((resolve, reject) => {
    // The types of Node leave out that sockets take the options of streams.
    const readBuffer = new ReadBuffer();
    const { onread } = readBuffer;
    const socket = new Socket({ highWaterMark: WRITE_LIMIT_BYTES, onread } as object);
    // It would read before there is a wire.
    socket.pause();
    const fail = (error: unknown): void => {
      signal.removeEventListener("abort", giveUp);
      socket.destroy();
      reject(toTransportError(error, endpoint));
    };
    const giveUp = (): void =>
      fail(Object.assign(new Error("given up by its owner"), { code: "ABORT_ERR" }));
    socket.once("error", fail);
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      socket.off("error", fail);
      prepare(socket, options);
      resolve(new StreamWire(socket, endpoint, readBuffer));
    });
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener("abort", giveUp, { once: true });
    socket.connect(target);
  });
}

/** Accepts stream sockets. Rejects with `TransportError`. */
export function listenStream(
  target: StreamTarget & { readonly backlog?: number },
  endpoint: string,
  accept: (wire: Wire) => void,
  options?: WireOptions,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ highWaterMark: WRITE_LIMIT_BYTES }, (socket) => {
      prepare(socket, options);
      accept(new StreamWire(socket, endpoint));
    });
    server.once("error", (error) => reject(toTransportError(error, endpoint)));
    server.listen(target, () => {
      server.removeAllListeners("error");
      // Accepting may fail while the process is out of descriptors; the next one may succeed.
      server.on("error", () => {});
      resolve(server);
    });
  });
}

/** Stops accepting; what was accepted lives on. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // The callback waits for accepted connections, which is not ours to wait for.
    server.close();
    setImmediate(resolve);
  });
}

function prepare(socket: Socket, options: WireOptions | undefined): void {
  socket.setNoDelay(true);
  if (options?.keepAliveIdleMs !== undefined) socket.setKeepAlive(true, options.keepAliveIdleMs);
}

function tcpOf(endpoint: Endpoint): TcpEndpoint {
  if (endpoint.scheme === "tcp") return endpoint;
  throw new UsageError(
    "USAGE_ENDPOINT",
    `expected a tcp endpoint, got ${formatEndpoint(endpoint)}`,
  );
}

/** The address to bind: of all interfaces, of the named interface, or of the host. */
async function bindAddress(host: string, ipv6: boolean, endpoint: string): Promise<string> {
  if (host === "*") return ipv6 ? ANY_IPV6 : ANY_IPV4;
  if (isIP(host) !== 0) return host;
  const addresses = networkInterfaces()[host];
  const own = addresses?.find(({ family }) => family === (ipv6 ? "IPv6" : "IPv4"));
  if (own !== undefined) return own.address;
  // Most servers bind an address or an interface, and pay for no resolver.
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(host, { family: ipv6 ? 0 : 4 })).address;
  } catch (error) {
    throw toTransportError(error, endpoint);
  }
}
