/**
 * How the peers of a socket are known: the security options, and what becomes of them.
 *
 * Spec: RFC 24 (PLAIN) and RFC 25 (CURVE) for the mechanisms; an {@link Authenticator} takes the
 * place of the authentication server of RFC 27 (ZAP).
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { textOf } from "../base/text.ts";
import { decodeZ85 } from "../base/z85.ts";
import { curveClient } from "../zmtp/curve-client.ts";
import { type CurveCrypto, KEY_BYTES, type KeyPair, makeKeyPair } from "../zmtp/curve-crypto.ts";
import { curveServer } from "../zmtp/curve-server.ts";
import { ZmtpError } from "../zmtp/errors.ts";
import type { Mechanism } from "../zmtp/mechanism.ts";
import { nullMechanism } from "../zmtp/null-mechanism.ts";
import { plainClient, plainServer } from "../zmtp/plain-mechanism.ts";
import { allowAny, allowKeys, type Authenticator, allowUsers } from "./authenticator.ts";

/** A key of CURVE: 40 characters of Z85, or 32 octets. */
export type CurveKey = string | Uint8Array;

/** A client of PLAIN. Both texts have at most 255 octets of UTF-8. */
export interface PlainClientSecurity {
  readonly mechanism: "plain";
  readonly username: string;
  readonly password: string;
}

/** A server of PLAIN. */
export interface PlainServerSecurity {
  readonly mechanism: "plain";
  /** Passwords by user, or a function that decides. */
  readonly authenticate: Readonly<Record<string, string>> | Authenticator;
}

/** A client of CURVE. */
export interface CurveClientSecurity {
  readonly mechanism: "curve";
  /** The public key of the server, which has to prove that it owns the secret one. */
  readonly serverKey: CurveKey;
  /** @default a pair made up for this client, which servers that let in anybody take */
  readonly secretKey?: CurveKey;
  /** The public half of `secretKey`, from which it follows; given, it is checked. */
  readonly publicKey?: CurveKey;
}

/** A server of CURVE. */
export interface CurveServerSecurity {
  readonly mechanism: "curve";
  /** One, or several of which clients may know any: at most {@link MAX_SERVER_KEYS}. */
  readonly secretKey: CurveKey | readonly CurveKey[];
  /** The public half of a single `secretKey`, from which it follows; given, it is checked. */
  readonly publicKey?: CurveKey;
  /** The public keys of the clients that may come in, `"any"`, or a function that decides. */
  readonly authenticate: "any" | readonly CurveKey[] | Authenticator;
}

/**
 * How peers are known. Who names `authenticate` is the server, whichever side binds; the others are
 * clients.
 */
export type Security =
  | PlainClientSecurity
  | PlainServerSecurity
  | CurveClientSecurity
  | CurveServerSecurity;

/**
 * How the peers of a socket are known; as a function, it is asked for every connection, so that
 * keys and users can change while those that are there stay. What it returns is checked when it is
 * not the object of the last time; while it throws or returns what makes no sense, nobody comes in.
 */
export type SecuritySource = Security | (() => Security);

/** Most keys that a server may have at once: each costs every stranger's HELLO one operation. */
export const MAX_SERVER_KEYS = 4;

/** What a connection needs. */
export interface ResolvedSecurity {
  readonly mechanism: Mechanism;
  readonly authenticate: Authenticator;
}

const OPEN: ResolvedSecurity = { mechanism: nullMechanism, authenticate: allowAny };

/**
 * Makes what every connection asks for its mechanism.
 *
 * @param crypto - `undefined` where the platform has none
 * @throws {UsageError} `USAGE_OPTION`
 */
export function securityOf(
  source: SecuritySource | undefined,
  crypto: CurveCrypto | undefined,
): () => ResolvedSecurity {
  if (source === undefined) return () => OPEN;
  if (typeof source !== "function") {
    const resolved = resolveSecurity(source, crypto);
    return () => resolved;
  }
  let given = source();
  let resolved = resolveSecurity(given, crypto);
  return () => {
    try {
      const now = source();
      if (now !== given) resolved = resolveSecurity(now, crypto);
      given = now;
      return resolved;
    } catch (error) {
      return closedBy(resolved, error);
    }
  };
}

/** What lets in nobody: who asked for other keys must not be served with the old ones. */
function closedBy({ mechanism, authenticate }: ResolvedSecurity, error: unknown): ResolvedSecurity {
  const begin = (): never => {
    throw new ZmtpError("ZMTP_REFUSED", `one while the function security fails: ${textOf(error)}`);
  };
  return { mechanism: { ...mechanism, begin }, authenticate };
}

function resolveSecurity(security: Security, crypto: CurveCrypto | undefined): ResolvedSecurity {
  switch (security.mechanism) {
    case "plain":
      checkNames(security, ["username", "password", "authenticate"]);
      return resolvePlain(security);
    case "curve":
      checkNames(security, ["serverKey", "publicKey", "secretKey", "authenticate"]);
      if (crypto !== undefined) return resolveCurve(security, crypto);
      throw new UsageError("USAGE_OPTION", "this platform has no cryptography for CURVE");
    default:
      throw new UsageError("USAGE_OPTION", 'expected security.mechanism to be "plain" or "curve"');
  }
}

function resolvePlain(security: PlainClientSecurity | PlainServerSecurity): ResolvedSecurity {
  if (!("authenticate" in security)) {
    const { username, password } = security;
    if (typeof username !== "string" || typeof password !== "string") {
      const expected = "expected a username and a password, or authenticate at a server";
      throw new UsageError("USAGE_OPTION", `${expected}, for PLAIN`);
    }
    return { mechanism: plainClient(username, password), authenticate: allowAny };
  }
  const { authenticate } = security;
  if (typeof authenticate === "function") return { mechanism: plainServer, authenticate };
  if (typeof authenticate !== "object" || authenticate === null) {
    const expected = "expected authenticate of PLAIN to be passwords by user, or a function";
    throw new UsageError("USAGE_OPTION", expected);
  }
  return { mechanism: plainServer, authenticate: allowUsers(authenticate) };
}

function resolveCurve(
  security: CurveClientSecurity | CurveServerSecurity,
  crypto: CurveCrypto,
): ResolvedSecurity {
  if ("authenticate" in security) return resolveCurveServer(security, crypto);
  const { serverKey: server, secretKey, publicKey } = security;
  if (server === undefined) {
    const expected = "expected serverKey of the server, or authenticate at a server, for CURVE";
    throw new UsageError("USAGE_OPTION", expected);
  }
  const serverKey = keyOf("serverKey", server);
  if (secretKey === undefined && publicKey !== undefined) {
    throw new UsageError("USAGE_OPTION", "expected secretKey together with publicKey");
  }
  const pair = secretKey === undefined ? makeKeyPair(crypto) : pairOf(secretKey, publicKey, crypto);
  if (crypto.sharedKey(serverKey, pair.secretKey) === undefined) {
    throw new UsageError(
      "USAGE_OPTION",
      "expected serverKey to be a public key, got one of no use",
    );
  }
  return { mechanism: curveClient({ serverKey, pair }, crypto), authenticate: allowAny };
}

function resolveCurveServer(
  { secretKey, publicKey, authenticate }: CurveServerSecurity,
  crypto: CurveCrypto,
): ResolvedSecurity {
  const secrets = isList(secretKey) ? secretKey : [secretKey];
  if (secrets.length === 0 || secrets.length > MAX_SERVER_KEYS) {
    throw new UsageError(
      "USAGE_OPTION",
      `expected 1 to ${MAX_SERVER_KEYS} secret keys, got ${secrets.length}`,
    );
  }
  if (publicKey !== undefined && secrets.length > 1) {
    throw new UsageError("USAGE_OPTION", "expected publicKey with a single secretKey only");
  }
  const pairs = secrets.map((secret) => pairOf(secret, publicKey, crypto));
  return { mechanism: curveServer(pairs, crypto), authenticate: clientsOf(authenticate) };
}

function clientsOf(authenticate: CurveServerSecurity["authenticate"]): Authenticator {
  if (authenticate === "any") return allowAny;
  if (typeof authenticate === "function") return authenticate;
  if (Array.isArray(authenticate)) {
    return allowKeys(authenticate.map((key: CurveKey) => keyOf("authenticate", key)));
  }
  const expected = 'expected authenticate of CURVE to be "any", a list of keys or a function';
  throw new UsageError("USAGE_OPTION", expected);
}

function isList(keys: CurveKey | readonly CurveKey[]): keys is readonly CurveKey[] {
  return Array.isArray(keys);
}

function pairOf(secret: CurveKey, given: CurveKey | undefined, crypto: CurveCrypto): KeyPair {
  const secretKey = keyOf("secretKey", secret);
  const publicKey = crypto.publicKey(secretKey);
  if (
    given !== undefined &&
    keyOf("publicKey", given).some((octet, at) => octet !== publicKey[at])
  ) {
    throw new UsageError("USAGE_OPTION", "expected publicKey to be the public half of secretKey");
  }
  return { publicKey, secretKey };
}

/**
 * The octets of a key.
 *
 * @throws {UsageError} `USAGE_OPTION`, which does not show the key
 */
export function keyOf(name: string, key: CurveKey): Uint8Array {
  const octets = typeof key === "string" ? decodeZ85(key) : key;
  if (octets instanceof Uint8Array && octets.length === KEY_BYTES) return octets.slice();
  throw new UsageError(
    "USAGE_OPTION",
    `expected ${name} to be a key of CURVE: 40 characters of Z85 or ${KEY_BYTES} octets`,
  );
}

function checkNames(security: Security, names: readonly string[]): void {
  for (const name of Object.keys(security)) {
    if (name === "mechanism" || names.includes(name)) continue;
    throw new UsageError("USAGE_OPTION", `unknown security option ${JSON.stringify(name)}`);
  }
}
