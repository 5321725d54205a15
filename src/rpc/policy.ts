/**
 * Who may call what: rules, or a function that decides.
 *
 *     { methods: "math.*", allow: ["ada"] }      first rule about the method and the peer: allowed
 *     { methods: "*", deny: "anonymous" }        else the next one
 *     otherwise: "deny"                          else this
 *
 * A `*` in the name of a method stands for any characters, dots too. Methods that come with the
 * protocol, such as `_zerorpc_list`, tell a peer only of what it may call, so rules are about them
 * only where they name them in full, and a function is told that it is asked about one.
 *
 * Fails closed: what does not say yes says no.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { textOf } from "../base/text.ts";
import type { Failure } from "./errors.ts";
import type { Headers } from "./packet.ts";
import { isThenable } from "./pump.ts";

/** A call that somebody wants to make, as far as it matters for whether it may. */
export interface PolicyRequest {
  /**
   * Full name of the method as the service has it. Where there is none, the name as the caller wrote
   * it, and then the other one that the dialect would look for, if it has one.
   */
  readonly method: string;
  /** The method comes with the protocol: introspection, or a ping. */
  readonly builtin: boolean;
  /** Who the peer has proved to be, see `CallPeer.identity`; `undefined` where nobody has verified it. */
  readonly identity: string | undefined;
  /** The peer's address as the platform prints it; empty where there is none. */
  readonly address: string;
  /** The endpoint of ours that the peer uses. */
  readonly endpoint: string;
  /** The headers of the call, or of the one that asks what it may call. Nobody has verified them. */
  readonly headers: Headers;
}

/** Only `true` allows. What is in `deny` is for the log of this side; the caller is not told. */
export type PolicyResult = boolean | { readonly deny: string };

/** Decides about each call, now or later. One that throws or rejects denies. */
export type PolicyFunction = (request: PolicyRequest) => PolicyResult | Promise<PolicyResult>;

/**
 * Whom a rule is about: all, those that nobody has verified, those that somebody has, or identities
 * by name: users of PLAIN, public keys of CURVE in Z85, or what the authenticator called them.
 */
export type PolicyPeers = "anyone" | "anonymous" | "identified" | readonly string[];

/** What some peers may do, or may not. Exactly one of `allow` and `deny`. */
export interface PolicyRule {
  /** Full names; `*` stands for any characters. */
  readonly methods: string | readonly string[];
  readonly allow?: PolicyPeers;
  readonly deny?: PolicyPeers;
}

/** Rules, of which the first that is about the method and the peer decides. */
export interface PolicyRules {
  readonly rules: readonly PolicyRule[];
  /** What holds where no rule decides. @default "deny" */
  readonly otherwise?: "allow" | "deny";
}

/** Who may call what. */
export type Policy = PolicyRules | PolicyFunction;

/** Why a call may not be made, for the log; `undefined` when it may. */
export type Denial = string | undefined;

/** A policy that was checked. Never throws and never rejects. */
export type Guard = (request: PolicyRequest) => Denial | Promise<Denial>;

/**
 * Makes a guard of a policy.
 *
 * @throws {UsageError} `USAGE_OPTION` for rules that make no sense
 */
export function guardOf(policy: Policy): Guard {
  if (typeof policy === "function") return (request) => ask(policy, request);
  if (typeof policy !== "object" || policy === null || !Array.isArray(policy.rules)) {
    throw new UsageError("USAGE_OPTION", "expected policy to be a function, or rules in an object");
  }
  const { otherwise = "deny" } = policy;
  if (otherwise !== "allow" && otherwise !== "deny") {
    const got = String(otherwise);
    throw new UsageError("USAGE_OPTION", `expected otherwise to be "allow" or "deny", got ${got}`);
  }
  for (const name of Object.keys(policy)) {
    if (name !== "rules" && name !== "otherwise") throw unknownWord("policy", name);
  }
  const rules = policy.rules.map(readRule);
  return (request) => {
    const rule = rules.find(({ concerns, includes }) => concerns(request) && includes(request));
    const allowed = rule?.allows ?? (request.builtin || otherwise === "allow");
    if (allowed) return undefined;
    return rule === undefined ? "no rule allows it" : `rule ${rules.indexOf(rule) + 1} denies it`;
  };
}

/** What the caller gets whose call may not be made. It says nothing of the reason. */
export function denied({ method, identity }: Pick<PolicyRequest, "method" | "identity">): Failure {
  if (identity === undefined) {
    return {
      status: "unauthenticated",
      name: "RpcError",
      message: `expected a verified caller of "${method}", got one without key or user`,
      mayHaveRun: false,
    };
  }
  return {
    status: "permission_denied",
    // As Python calls it, whose callers get the name.
    name: "PermissionError",
    message: `"${identity}" may not call "${method}"`,
    mayHaveRun: false,
  };
}

function ask(policy: PolicyFunction, request: PolicyRequest): Denial | Promise<Denial> {
  try {
    const result = policy(request);
    if (!isThenable(result)) return denialOf(result);
    return Promise.resolve(result).then(denialOf).catch(failed);
  } catch (error) {
    return failed(error);
  }
}

function denialOf(result: unknown): Denial {
  if (result === true) return undefined;
  const why: unknown =
    typeof result === "object" && result !== null && "deny" in result ? result.deny : undefined;
  return typeof why === "string" ? why : "the policy denies it";
}

function failed(error: unknown): string {
  return `asking the policy failed: ${textOf(error)}`;
}

/** A rule that was checked. */
interface ReadRule {
  readonly allows: boolean;
  readonly concerns: (request: PolicyRequest) => boolean;
  readonly includes: (request: PolicyRequest) => boolean;
}

function readRule(rule: PolicyRule, index: number): ReadRule {
  const where = `rule ${index + 1} of the policy`;
  if (typeof rule !== "object" || rule === null) {
    throw new UsageError("USAGE_OPTION", `expected ${where} to be an object`);
  }
  for (const name of Object.keys(rule)) if (!WORDS.has(name)) throw unknownWord(where, name);
  const { methods, allow, deny } = rule;
  const peers = allow ?? deny;
  if (peers === undefined || (allow !== undefined && deny !== undefined)) {
    throw new UsageError("USAGE_OPTION", `expected ${where} to have either allow or deny`);
  }
  const names = typeof methods === "string" ? [methods] : methods;
  if (!isTexts(names) || names.length === 0) {
    throw new UsageError("USAGE_OPTION", `expected ${where} to name methods`);
  }
  return {
    allows: allow !== undefined,
    concerns: ({ method, builtin }) =>
      names.some((name) => (builtin ? name === method : matches(name, method))),
    includes: peersOf(peers, where),
  };
}

const WORDS: ReadonlySet<string> = new Set<keyof PolicyRule>(["methods", "allow", "deny"]);

function peersOf(peers: PolicyPeers, where: string): ReadRule["includes"] {
  if (isTexts(peers)) {
    const known = new Set(peers);
    return ({ identity }) => identity !== undefined && known.has(identity);
  }
  switch (peers) {
    case "anyone":
      return () => true;
    case "anonymous":
      return ({ identity }) => identity === undefined;
    case "identified":
      return ({ identity }) => identity !== undefined;
    default:
      throw new UsageError(
        "USAGE_OPTION",
        `expected ${where} to be about "anyone", "anonymous", "identified" or a list of` +
          ` identities, got ${JSON.stringify(peers)}`,
      );
  }
}

/** Whether a name fits a pattern, in a time that grows with the length of the name alone. */
function matches(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return name === pattern;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function unknownWord(where: string, name: string): UsageError {
  return new UsageError("USAGE_OPTION", `${where} has no member ${JSON.stringify(name)}`);
}
