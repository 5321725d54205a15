import { expect, test } from "vitest";
import { encodeZ85 } from "../../../src/base/z85.ts";
import { keyOf, type Security, securityOf } from "../../../src/sockets/security.ts";
import { clientPair, crypto, serverPair } from "../../support/curve.ts";

const PLAIN: Security = { mechanism: "plain", username: "a", password: "b" };

test("is NULL where nothing is asked for", () => {
  expect(securityOf(undefined, undefined)().mechanism.name).toBe("NULL");
});

test("needs cryptography for CURVE, and none for PLAIN", () => {
  const security: Security = { mechanism: "curve", serverKey: serverPair.publicKey };
  expect(() => securityOf(security, undefined)).toThrow("no cryptography for CURVE");
  expect(securityOf(PLAIN, undefined)().mechanism.name).toBe("PLAIN");
});

test("asks a function for every connection, and resolves again what has changed", () => {
  let security: Security = PLAIN;
  const current = securityOf(() => security, crypto);
  const before = current();
  expect(current()).toBe(before);
  security = { mechanism: "plain", authenticate: () => true };
  expect(current()).not.toBe(before);
  expect(current().mechanism.asServer).toBe(true);
});

test.each<[string, () => Security, string]>([
  [
    "throws",
    () => {
      throw new Error("no file");
    },
    "no file",
  ],
  ["returns what makes no sense", () => ({ mechanism: "plain" }) as Security, "for PLAIN"],
])(
  "lets in nobody while the function %s, and everybody again afterwards",
  (_what, broken, text) => {
    let source: () => Security = () => PLAIN;
    const current = securityOf(() => source(), crypto);
    source = broken;
    expect(() => current().mechanism.begin(new Uint8Array(0))).toThrow(text);
    expect(current().mechanism.name).toBe("PLAIN");
    source = () => PLAIN;
    expect(current().mechanism.begin(new Uint8Array(0)).open()).toHaveLength(1);
  },
);

test.each([
  [
    { mechanism: "curve", serverKey: serverPair.publicKey, publicKey: clientPair.publicKey },
    "secretKey together",
  ],
  [
    {
      mechanism: "curve",
      secretKey: [clientPair.secretKey, serverPair.secretKey],
      publicKey: serverPair.publicKey,
      authenticate: "any",
    },
    "with a single secretKey only",
  ],
  [{ mechanism: "curve", secretKey: [], authenticate: "any" }, "1 to 4 secret keys, got 0"],
  [{ mechanism: "plain", authenticate: null }, "passwords by user"],
])("refuses %j", (security, text) => {
  expect(() => securityOf(security as unknown as Security, crypto)).toThrow(text);
});

test("takes a key as text and as octets, and never shows a wrong one", () => {
  expect(keyOf("secretKey", encodeZ85(serverPair.secretKey))).toEqual(serverPair.secretKey);
  expect(keyOf("secretKey", serverPair.secretKey)).toEqual(serverPair.secretKey);
  const wrong = "x".repeat(39);
  expect(() => keyOf("secretKey", wrong)).toThrow(
    /^expected secretKey to be a key of CURVE: (?!.*xxx)/,
  );
});
