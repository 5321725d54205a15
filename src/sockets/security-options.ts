/**
 * The security options of sockets: those of the `zeromq` package, and the one that says it all.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { Authenticator } from "./authenticator.ts";
import type { CurveKey, Security, SecuritySource } from "./security.ts";

/** How the peers of a socket are known. Either `security`, or the others. */
export interface SecurityOptions {
  /**
   * Mechanism, keys, and who may come in. All of it can change while connections live on, see
   * `SecuritySource`.
   *
   * @default none: everybody who can connect may come in, nothing is encrypted
   */
  readonly security?: SecuritySource;
  /** The server of PLAIN, which needs `authenticate`. ZMQ_PLAIN_SERVER. @default false */
  readonly plainServer?: boolean;
  /** The client of PLAIN. ZMQ_PLAIN_USERNAME. @default none */
  readonly plainUsername?: string | null;
  /** Its password. ZMQ_PLAIN_PASSWORD. @default none */
  readonly plainPassword?: string | null;
  /** The server of CURVE. ZMQ_CURVE_SERVER. @default false */
  readonly curveServer?: boolean;
  /** The public half of `curveSecretKey`, from which it follows. ZMQ_CURVE_PUBLICKEY. */
  readonly curvePublicKey?: CurveKey | null;
  /** The secret key of this side; at a server, also several. ZMQ_CURVE_SECRETKEY. */
  readonly curveSecretKey?: CurveKey | readonly CurveKey[] | null;
  /** The public key of the server, which makes this side a client. ZMQ_CURVE_SERVERKEY. */
  readonly curveServerKey?: CurveKey | null;
  /**
   * Who may come in: at a server of PLAIN passwords by user, at one of CURVE the public keys of
   * clients, at both a function. In place of libzmq's ZAP.
   *
   * @default everybody at a server of CURVE, as with libzmq; none at one of PLAIN
   */
  readonly authenticate?: Readonly<Record<string, string>> | readonly CurveKey[] | Authenticator;
}

/** The names of {@link SecurityOptions}. */
const NAMES = [
  "security",
  "plainServer",
  "plainUsername",
  "plainPassword",
  "curveServer",
  "curvePublicKey",
  "curveSecretKey",
  "curveServerKey",
  "authenticate",
] as const satisfies readonly (keyof SecurityOptions)[];

type Given = { -readonly [Name in keyof SecurityOptions]: unknown };

/**
 * Takes the security options out of the options of a socket.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function splitSecurity<Options extends SecurityOptions>(
  options: Options,
): {
  readonly security: SecuritySource | undefined;
  readonly others: Omit<Options, keyof SecurityOptions>;
} {
  const others: Record<string, unknown> = Object.fromEntries(Object.entries(options));
  const given: Given = {};
  for (const name of NAMES) {
    const value: unknown = options[name];
    delete others[name];
    if (value !== undefined && value !== null && value !== false) given[name] = value;
  }
  return {
    security: sourceOf(given),
    others: others as unknown as Omit<Options, keyof SecurityOptions>,
  };
}

function sourceOf(given: Given): SecuritySource | undefined {
  const names = Object.keys(given);
  if (names.length === 0) return undefined;
  const kinds = ["security", "plain", "curve"].filter((kind) =>
    names.some((name) => name.startsWith(kind)),
  );
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1 || (kind === "security" && names.length > 1)) {
    const expected = "expected the options of one security mechanism";
    throw new UsageError("USAGE_OPTION", `${expected}, got ${names.join(", ")}`);
  }
  if (kind === "security") return given.security as SecuritySource;
  return (kind === "plain" ? plainOf(given) : curveOf(given)) as unknown as Security;
}

/** What the options say; whether it makes sense is seen when it is resolved. */
function plainOf(given: Given): Record<string, unknown> {
  if (given.plainServer === true) return { mechanism: "plain", authenticate: given.authenticate };
  const { plainUsername: username, plainPassword: password = "" } = given;
  return { mechanism: "plain", username, password };
}

function curveOf(given: Given): Record<string, unknown> {
  const { curveServerKey: serverKey, curveSecretKey: secretKey, curvePublicKey: publicKey } = given;
  const own = {
    ...(secretKey !== undefined && { secretKey }),
    ...(publicKey !== undefined && { publicKey }),
  };
  if (given.curveServer === true) {
    return { mechanism: "curve", ...own, authenticate: given.authenticate ?? "any" };
  }
  return { mechanism: "curve", serverKey, ...own };
}
