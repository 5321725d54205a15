import { expect, test } from "vitest";
import { ZmtpError } from "../../../src/zmtp/errors.ts";
import { encodeGreeting, GREETING_BYTES, GreetingDecoder } from "../../../src/zmtp/greeting.ts";
import { ascii, greeting, hex } from "../../support/zmtp.ts";

function codeOf(octets: Uint8Array): string | undefined {
  try {
    new GreetingDecoder().push(octets);
    return undefined;
  } catch (error) {
    return error instanceof ZmtpError ? `${error.code}: ${error.message}` : "other";
  }
}

test("writes the octets of libzmq", () => {
  expect(encodeGreeting("NULL", false, 0)).toEqual(greeting());
});

test("writes the size of the routing id into the padding, and as-server where asked", () => {
  const octets = encodeGreeting("PLAIN", true, 255);
  expect(octets.subarray(0, 10)).toEqual(hex("ff 00 00 00 00 00 00 01 00 7f"));
  expect(octets[32]).toBe(1);
});

test("takes 64 octets and leaves the rest", () => {
  const decoder = new GreetingDecoder();
  const chunk = new Uint8Array(70);
  chunk.set(greeting());
  expect(decoder.push(chunk)).toBe(GREETING_BYTES);
  expect(decoder.greeting()).toEqual({ version: "3.1", mechanism: "NULL", asServer: false });
});

test("waits for the whole greeting", () => {
  const decoder = new GreetingDecoder();
  for (const octet of greeting().subarray(0, 63)) {
    decoder.push(Uint8Array.of(octet));
    expect(decoder.greeting()).toBeUndefined();
  }
  expect(decoder.length).toBe(63);
  decoder.push(Uint8Array.of(0));
  expect(decoder.greeting()?.mechanism).toBe("NULL");
});

test.each([
  ["0300", "3.0"],
  ["0301", "3.1"],
  ["0302", "3.1"],
  ["0400", "3.1"],
])("speaks to version %s as %s", (version, spoken) => {
  const decoder = new GreetingDecoder();
  decoder.push(greeting(version));
  expect(decoder.greeting()?.version).toBe(spoken);
});

test("does not look at padding, as-server and filler", () => {
  const octets = greeting();
  octets.fill(0xee, 1, 9);
  octets.fill(0xee, 33);
  octets[32] = 1;
  const decoder = new GreetingDecoder();
  decoder.push(octets);
  expect(decoder.greeting()).toEqual({ version: "3.1", mechanism: "NULL", asServer: true });
});

test("keeps what stands behind the padding of a mechanism, so that it fits none", () => {
  const odd = greeting();
  odd[20] = 0x41;
  const decoder = new GreetingDecoder();
  decoder.push(odd);
  expect(decoder.greeting()?.mechanism).toMatch(/^NULL\?{4}A/);
});

test("reads a mechanism that fills its field", () => {
  const decoder = new GreetingDecoder();
  decoder.push(greeting("0301", "ABCDEFGHIJKLMNOPQRST"));
  expect(decoder.greeting()?.mechanism).toBe("ABCDEFGHIJKLMNOPQRST");
});

test.each([
  ["an anonymous ZMTP 1.0 peer", hex("01 00"), "ZMTP_VERSION", "ZMTP 1.0"],
  ["a ZMTP 1.0 peer with a name", hex("05 00 61 62 63 64"), "ZMTP_VERSION", "ZMTP 1.0"],
  ["a long ZMTP 1.0 name", hex("ff 00 00 00 00 00 00 01 01 00"), "ZMTP_VERSION", "ZMTP 1.0"],
  ["revision 0", hex("ff 00 00 00 00 00 00 00 01 7f 00"), "ZMTP_VERSION", "ZMTP 1.0"],
  ["revision 1", hex("ff 00 00 00 00 00 00 00 01 7f 01"), "ZMTP_VERSION", "ZMTP 2.0"],
  ["revision 2", hex("ff 00 00 00 00 00 00 00 01 7f 02"), "ZMTP_VERSION", "ZMTP 2.0"],
  ["HTTP", ascii("GET / HTTP/1.1\r\n"), "ZMTP_NOT_ZMTP", 'got 474554202f2048545450 ("GET / HTTP")'],
  ["TLS", hex("16 03 01"), "ZMTP_NOT_ZMTP", "160301"],
])("refuses %s", (_name, octets, code, text) => {
  expect(codeOf(octets)).toMatch(new RegExp(`^${code}: .*`));
  expect(codeOf(octets)).toContain(text);
});

test("does not refuse before the octets say so", () => {
  expect(codeOf(hex("01"))).toBeUndefined();
  expect(codeOf(hex("ff 00 00 00 00 00 00 01 01"))).toBeUndefined();
  expect(codeOf(new Uint8Array(0))).toBeUndefined();
});
