/**
 * Endpoints: where a socket binds and connects, as text and as parts.
 *
 *     tcp://127.0.0.1:5555   tcp://example.org:5555   tcp://[::1]:5555
 *     tcp://*:5555           all addresses of this machine (also `tcp://0:5555`)
 *     tcp://127.0.0.1:0      a free port, chosen by the platform (also `:*`)
 *     ipc:///run/app.sock    ipc://relative.sock
 *     ipc://@name            abstract name, Linux only
 *     ipc://*                a fresh path, chosen by the platform
 *     inproc://name          inside this process
 *
 * Spec: the manual pages zmq_tcp(7), zmq_ipc(7) and zmq_inproc(7), "ADDRESSING".
 *
 * Knows nothing of what is reachable, or of name resolution.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";

/** A host and a port. */
export interface TcpEndpoint {
  readonly scheme: "tcp";
  /** An IPv4 address, an IPv6 address without brackets, a name, or `"*"` for all addresses. */
  readonly host: string;
  /** 0 to 65535; 0 means a free port and can only be bound. */
  readonly port: number;
}

/** A socket in the file system, or an abstract one. */
export interface IpcEndpoint {
  readonly scheme: "ipc";
  /** A path; `"@"` and a name for an abstract socket; `"*"` for a fresh path. */
  readonly path: string;
}

/** A name inside this process. */
export interface InprocEndpoint {
  readonly scheme: "inproc";
  readonly name: string;
}

/** Where a socket binds or connects. */
export type Endpoint = TcpEndpoint | IpcEndpoint | InprocEndpoint;

const MAX_PORT = 65_535;
const EXAMPLE = "such as tcp://127.0.0.1:5555, ipc:///run/app.sock or inproc://name";

/**
 * Takes an endpoint apart.
 *
 * @throws {UsageError} `USAGE_ENDPOINT`, with the place of the mistake and what was expected there
 */
export function parseEndpoint(text: string): Endpoint {
  if (typeof text !== "string") {
    throw new UsageError("USAGE_ENDPOINT", `expected an endpoint ${EXAMPLE}, got ${typeof text}`);
  }
  const schemeEnd = text.indexOf("://");
  if (schemeEnd < 0) throw malformed(text, 0, `a scheme and "://", ${EXAMPLE}`);

  const scheme = text.slice(0, schemeEnd);
  const start = schemeEnd + "://".length;
  switch (scheme) {
    case "tcp":
      return parseTcp(text, start);
    case "ipc":
      if (start === text.length) throw malformed(text, start, "a path, @name or *");
      if (text.includes("\0")) throw malformed(text, text.indexOf("\0"), "no NUL in a path");
      return { scheme, path: text.slice(start) };
    case "inproc":
      if (start === text.length) throw malformed(text, start, "a name");
      return { scheme, name: text.slice(start) };
    default:
      throw malformed(text, 0, "one of the schemes tcp, ipc and inproc");
  }
}

/** Writes an endpoint; `parseEndpoint` reads it back. */
export function formatEndpoint(endpoint: Endpoint): string {
  switch (endpoint.scheme) {
    case "tcp": {
      const host = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
      return `tcp://${host}:${endpoint.port}`;
    }
    case "ipc":
      return `ipc://${endpoint.path}`;
    case "inproc":
      return `inproc://${endpoint.name}`;
  }
}

/** Tells whether an endpoint says everything a peer needs: no `*` and no port 0. */
export function isConnectable(endpoint: Endpoint): boolean {
  switch (endpoint.scheme) {
    case "tcp":
      return endpoint.host !== "*" && endpoint.port !== 0;
    case "ipc":
      return endpoint.path !== "*";
    case "inproc":
      return true;
  }
}

function parseTcp(text: string, start: number): TcpEndpoint {
  const source = text.indexOf(";", start);
  if (source >= 0) throw malformed(text, source, "one address; a source address is not supported");

  const bracketed = text[start] === "[";
  const hostEnd = bracketed ? text.indexOf("]", start) : text.lastIndexOf(":");
  if (bracketed && hostEnd < 0) throw malformed(text, text.length, '"]" after the IPv6 address');
  const colon = bracketed ? hostEnd + 1 : hostEnd;
  if (colon < start || text[colon] !== ":") {
    throw malformed(text, text.length, '":" and a port after the host');
  }
  const host = text.slice(bracketed ? start + 1 : start, hostEnd);
  checkHost(text, bracketed ? start + 1 : start, host, bracketed);
  return { scheme: "tcp", host: host === "0" ? "0.0.0.0" : host, port: parsePort(text, colon + 1) };
}

function checkHost(text: string, start: number, host: string, bracketed: boolean): void {
  if (host === "") throw malformed(text, start, 'a host, an address or "*"');
  if (bracketed) {
    const odd = host.search(/[^0-9a-fA-F:.]/u);
    const zone = host.indexOf("%");
    if (!host.includes(":") || (odd >= 0 && odd !== zone)) {
      throw malformed(text, start, "an IPv6 address in the brackets");
    }
    return;
  }
  if (host === "*") return;
  const colon = host.indexOf(":");
  if (colon >= 0) throw malformed(text, start, "an IPv6 address in brackets");
  const odd = host.search(/[^\p{L}\p{N}._-]/u);
  if (odd >= 0) throw malformed(text, start + odd, "a letter, a digit, a dot or a hyphen");
}

function parsePort(text: string, start: number): number {
  const digits = text.slice(start);
  if (digits === "*") return 0;
  const port = /^[0-9]{1,5}$/u.test(digits) ? Number(digits) : MAX_PORT + 1;
  if (port > MAX_PORT) throw malformed(text, start, `a port from 0 to ${MAX_PORT} or "*"`);
  return port;
}

function malformed(text: string, at: number, expected: string): UsageError {
  const found = at < text.length ? JSON.stringify(text.slice(at)) : "the end";
  return new UsageError(
    "USAGE_ENDPOINT",
    `malformed endpoint ${JSON.stringify(text)}: expected ${expected} at position ${at}, found ${found}`,
  );
}
