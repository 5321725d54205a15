import { expect, test } from "vitest";
import { splitSecurity } from "../../../src/sockets/security-options.ts";

const KEY = "T*qP-MO1CDm9lpjlKR{b9HcT=ffbKNFJK=(lHopS";

test.each([
  [{}, undefined],
  [{ plainServer: false, curveServerKey: null }, undefined],
  [
    { security: { mechanism: "plain", username: "a", password: "b" } },
    { mechanism: "plain", username: "a", password: "b" },
  ],
  [
    { plainUsername: "a", plainPassword: "b" },
    { mechanism: "plain", username: "a", password: "b" },
  ],
  [{ plainUsername: "a" }, { mechanism: "plain", username: "a", password: "" }],
  [
    { plainServer: true, authenticate: { a: "b" } },
    { mechanism: "plain", authenticate: { a: "b" } },
  ],
  [{ curveServerKey: KEY }, { mechanism: "curve", serverKey: KEY }],
  [
    { curveServerKey: KEY, curvePublicKey: KEY, curveSecretKey: KEY },
    { mechanism: "curve", serverKey: KEY, publicKey: KEY, secretKey: KEY },
  ],
  [
    { curveServer: true, curveSecretKey: KEY },
    { mechanism: "curve", secretKey: KEY, authenticate: "any" },
  ],
  [
    { curveServer: true, curveSecretKey: KEY, authenticate: [KEY] },
    { mechanism: "curve", secretKey: KEY, authenticate: [KEY] },
  ],
])("reads %j", (options, security) => {
  const given: object = { ...options, linger: 0 };
  const split = splitSecurity(given);
  expect(split).toEqual({ security, others: { linger: 0 } });
});

test.each([
  { plainServer: true, curveServer: true },
  { security: { mechanism: "plain" }, curveServer: true },
  { authenticate: {} },
])("refuses %j", (options) => {
  expect(() => splitSecurity(options as object)).toThrow("the options of one security mechanism");
});
