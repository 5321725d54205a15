import { expect, test } from "vitest";
import { securityWords } from "../../../src/cli/security.ts";

test.each([
  [{}, undefined],
  [{ json: true }, undefined],
  [{ "curve-secret-file": "a" }, { "curve-secret-file": "a" }],
  [
    { "curve-secret-file": "a", "curve-server-key": "b", debug: true },
    { "curve-secret-file": "a", "curve-server-key": "b" },
  ],
  [
    { "curve-secret-file": "a", "curve-client-keys-file": "b" },
    { "curve-secret-file": "a", "curve-client-keys-file": "b" },
  ],
  [{ "plain-users-file": "a" }, { "plain-users-file": "a" }],
])("takes out of %j what is about security", (values, words) => {
  expect(securityWords(values)).toEqual(words);
});

test.each([
  { "plain-password-file": "a" },
  { "plain-users-file": "a", "plain-user": "b" },
  { "curve-server-key": "a", "curve-server-key-file": "b" },
  { "curve-server-key": "a", "curve-client-keys-file": "b" },
])("refuses %j", (values) => {
  expect(() => securityWords(values)).toThrow("does not go with");
});
