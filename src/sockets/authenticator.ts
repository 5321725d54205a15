/**
 * Who may come in: functions that decide about a peer by what it has shown.
 *
 * @module
 */

import { textOf } from "../base/text.ts";
import { encodeZ85 } from "../base/z85.ts";
import type { Credentials, Verdict } from "../zmtp/mechanism.ts";

/** What a peer shows, and where it comes from. */
export type AuthenticationRequest = {
  /** The peer's address as the platform prints it; empty where there is none. */
  readonly address: string;
  /** The endpoint of ours that it uses. */
  readonly endpoint: string;
} & (
  | { readonly mechanism: "PLAIN"; readonly username: string; readonly password: string }
  /** `publicKey` is Z85; the peer has proved that it owns the secret half. */
  | { readonly mechanism: "CURVE"; readonly publicKey: string }
);

/**
 * Whether a peer may come in. With `true` it is called by its user name or by its public key in
 * Z85, else by `identity`. What is in `refuse` is for the log of this side; the peer is told nothing
 * but that it is refused.
 */
export type AuthenticationResult =
  | boolean
  | { readonly identity: string }
  | { readonly refuse: string };

/**
 * Decides about a peer, now or later; the time of the handshake bounds it. A function that throws or
 * rejects refuses.
 */
export type Authenticator = (
  request: AuthenticationRequest,
) => AuthenticationResult | Promise<AuthenticationResult>;

/** Lets in everybody. */
export const allowAny: Authenticator = () => true;

/** Lets in the owners of these public keys. */
export function allowKeys(keys: readonly Uint8Array[]): Authenticator {
  const known = new Set(keys.map(encodeZ85));
  return (request) =>
    request.mechanism === "CURVE" && known.has(request.publicKey)
      ? true
      : { refuse: "its key is not in the list" };
}

/** Lets in users with their passwords, which are compared in a time that tells nothing of them. */
export function allowUsers(users: Readonly<Record<string, string>>): Authenticator {
  const passwords = new Map(
    Object.entries(users).map(([user, password]) => [user, new TextEncoder().encode(password)]),
  );
  return (request) => {
    if (request.mechanism !== "PLAIN") return false;
    const expected = passwords.get(request.username);
    const given = new TextEncoder().encode(request.password);
    // A user that is not there takes as long as a password that is wrong.
    const right = sameText(given, expected ?? given);
    if (expected === undefined) return { refuse: "there is no such user" };
    return right ? true : { refuse: "its password is wrong" };
  };
}

/** Compares in a time that depends on `given` alone. */
function sameText(given: Uint8Array, expected: Uint8Array): boolean {
  let difference = given.length ^ expected.length;
  for (const [at, octet] of given.entries()) difference |= octet ^ (expected[at] ?? 0);
  return difference === 0;
}

/**
 * Asks an authenticator about a peer.
 *
 * @param answer - called once, before this returns or later
 */
export function askAuthenticator(
  authenticate: Authenticator,
  peer: { readonly address: string; readonly endpoint: string; readonly credentials: Credentials },
  answer: (verdict: Verdict) => void,
): void {
  const { credentials, address, endpoint } = peer;
  const request: AuthenticationRequest =
    credentials.mechanism === "PLAIN"
      ? { address, endpoint, ...credentials }
      : {
          address,
          endpoint,
          mechanism: "CURVE",
          publicKey: encodeZ85(credentials.publicKey),
        };
  const read = (result: unknown): Verdict => verdictOf(request, result);
  const failed = (error: unknown): Verdict => read({ refuse: `asking failed: ${textOf(error)}` });
  let verdict: Verdict;
  try {
    const result = authenticate(request);
    if (result instanceof Promise) {
      void result.then(read).catch(failed).then(answer);
      return;
    }
    verdict = read(result);
  } catch (error) {
    verdict = failed(error);
  }
  answer(verdict);
}

function verdictOf(request: AuthenticationRequest, result: unknown): Verdict {
  const name = request.mechanism === "PLAIN" ? request.username : request.publicKey;
  if (result === true) return { type: "accept", identity: name };
  if (typeof result === "object" && result !== null && "identity" in result) {
    return { type: "accept", identity: String(result.identity) };
  }
  const given =
    typeof result === "object" && result !== null && "refuse" in result ? result.refuse : undefined;
  const why = typeof given === "string" ? given : "it may not";
  const who = `${request.mechanism === "PLAIN" ? "user" : "key"} ${JSON.stringify(name)}`;
  return { type: "refuse", reason: `${who} from ${request.address || "nowhere"}: ${why}` };
}
