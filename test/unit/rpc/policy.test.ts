import { describe, expect, test } from "vitest";
import { denied, guardOf, type Policy, type PolicyRequest } from "../../../src/rpc/policy.ts";

const request = (method: string, identity?: string, more: Partial<PolicyRequest> = {}) => ({
  method,
  builtin: false,
  identity,
  address: "10.0.0.7:1234",
  endpoint: "tcp://10.0.0.1:80",
  headers: {},
  ...more,
});

/** Which of some requests a policy lets happen. */
function allowed(policy: Policy, ...requests: readonly PolicyRequest[]): readonly boolean[] {
  const guard = guardOf(policy);
  return requests.map((one) => guard(one) === undefined);
}

describe("rules", () => {
  test("the first one about method and peer decides, else what holds otherwise", () => {
    const policy: Policy = {
      rules: [
        { methods: "math.secret", deny: ["eve"] },
        { methods: "math.*", allow: ["ada", "eve"] },
        { methods: ["status", "ping"], allow: "anyone" },
      ],
    };
    const eve = [request("math.add", "eve"), request("math.secret", "eve")];
    expect(allowed(policy, ...eve)).toEqual([true, false]);
    expect(allowed(policy, request("math.secret", "ada"), request("math.add"))).toEqual([
      true,
      false,
    ]);
    expect(allowed(policy, request("status"), request("ping", "eve"))).toEqual([true, true]);
    expect(allowed(policy, request("other", "ada"))).toEqual([false]);
    expect(allowed({ ...policy, otherwise: "allow" }, request("other"))).toEqual([true]);
  });

  test("are about anyone, the anonymous, the identified, or identities", () => {
    const peers = [request("m"), request("m", "ada"), request("m", "bob")];
    const of = (allow: "anyone" | "anonymous" | "identified" | readonly string[]) =>
      allowed({ rules: [{ methods: "m", allow }] }, ...peers);
    expect(of("anyone")).toEqual([true, true, true]);
    expect(of("anonymous")).toEqual([true, false, false]);
    expect(of("identified")).toEqual([false, true, true]);
    expect(of(["bob"])).toEqual([false, false, true]);
    expect(of([])).toEqual([false, false, false]);
  });

  test.each([
    ["math.*", "math.add", true],
    ["math.*", "math.vector.add", true],
    ["math.*", "math", false],
    ["math.*", "mathematics.add", false],
    ["*", "anything.at.all", true],
    ["*", "", true],
    ["*.read", "disk.read", true],
    ["*.read", "disk.reader", false],
    ["a*b*c", "abc", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "acb", false],
    ["ab*ba", "aba", false],
    ["a.c", "abc", false],
    ["add", "add", true],
    ["add", "add42", false],
  ])("%s is about %s: %s", (methods, method, expected) => {
    expect(allowed({ rules: [{ methods, allow: "anyone" }] }, request(method))).toEqual([expected]);
  });

  test("a long name costs no more than its length", () => {
    const name = "ab".repeat(500_000);
    const before = performance.now();
    const policy: Policy = { rules: [{ methods: "*a*b*a*b*a*c", allow: "anyone" }] };
    expect(allowed(policy, request(name))).toEqual([false]);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test("are about what comes with the protocol only where they name it", () => {
    const list = request("_zerorpc_list", undefined, { builtin: true });
    expect(allowed({ rules: [] }, list)).toEqual([true]);
    expect(allowed({ rules: [{ methods: "*", deny: "anyone" }] }, list)).toEqual([true]);
    expect(allowed({ rules: [{ methods: "_zerorpc_list", deny: "anonymous" }] }, list)).toEqual([
      false,
    ]);
  });

  test("say for the log which one denied", () => {
    const guard = guardOf({ rules: [{ methods: "a", deny: ["eve"] }] });
    expect(guard(request("a", "eve"))).toBe("rule 1 denies it");
    expect(guard(request("b", "eve"))).toBe("no rule allows it");
  });

  test.each([
    [null, "expected policy to be a function, or rules in an object"],
    [{ rules: {} }, "expected policy to be a function, or rules in an object"],
    [{ rules: [], otherwise: "no" }, 'expected otherwise to be "allow" or "deny", got no'],
    [{ rules: [], rule: 1 }, 'policy has no member "rule"'],
    [{ rules: [null] }, "expected rule 1 of the policy to be an object"],
    [{ rules: [{ method: "a", allow: "anyone" }] }, 'rule 1 of the policy has no member "method"'],
    [{ rules: [{ methods: "a" }] }, "expected rule 1 of the policy to have either allow or deny"],
    [
      { rules: [{ methods: "a", allow: "anyone", deny: ["eve"] }] },
      "expected rule 1 of the policy to have either allow or deny",
    ],
    [
      { rules: [{ methods: [], allow: "anyone" }] },
      "expected rule 1 of the policy to name methods",
    ],
    [
      { rules: [{ methods: "a", allow: "ada" }] },
      'expected rule 1 of the policy to be about "anyone", "anonymous", "identified" or a list of' +
        ' identities, got "ada"',
    ],
  ])("that make no sense are refused: %j", (policy, message) => {
    expect(() => guardOf(policy as unknown as Policy)).toThrow(
      expect.objectContaining({ code: "USAGE_OPTION", message }),
    );
  });
});

describe("a function", () => {
  test("allows by true alone, and may say why not", async () => {
    const verdictOf = (policy: Policy) => guardOf(policy)(request("m"));
    expect(verdictOf(() => true)).toBeUndefined();
    expect(verdictOf(() => false)).toBe("the policy denies it");
    expect(verdictOf(() => ({ deny: "not on sundays" }))).toBe("not on sundays");
    expect(verdictOf((() => 1) as unknown as Policy)).toBe("the policy denies it");
    expect(await verdictOf(async () => true)).toBeUndefined();
    expect(await verdictOf(async () => ({ deny: "later" }))).toBe("later");
  });

  test("that fails denies", async () => {
    const broken = new Error("no database");
    const thrown = guardOf(() => {
      throw broken;
    })(request("m"));
    expect(thrown).toBe("asking the policy failed: Error: no database");
    expect(await guardOf(() => Promise.reject(broken))(request("m"))).toBe(thrown);
  });

  test("denies also when what it throws or returns cannot be read", async () => {
    const nameless: unknown = Object.create(null);
    const why = "asking the policy failed: [object Object]";
    const thrown = guardOf(() => {
      throw nameless;
    });
    expect(thrown(request("m"))).toBe(why);
    expect(await guardOf(() => Promise.reject(nameless))(request("m"))).toBe(why);
    const unreadable = {
      get deny(): string {
        throw new Error("not now");
      },
    };
    const later = guardOf(async () => unreadable);
    expect(await later(request("m"))).toBe("asking the policy failed: Error: not now");
  });
});

test("who is denied learns no reason, and without identity that one is needed", () => {
  expect(denied({ method: "m", identity: "eve" })).toEqual({
    status: "permission_denied",
    name: "PermissionError",
    message: '"eve" may not call "m"',
    mayHaveRun: false,
  });
  expect(denied({ method: "m", identity: undefined })).toMatchObject({
    status: "unauthenticated",
    mayHaveRun: false,
  });
});
