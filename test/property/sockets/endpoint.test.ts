import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isZerocallError } from "../../../src/base/errors.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../../../src/sockets/endpoint.ts";

const port = fc.integer({ min: 0, max: 65_535 });
const printable = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0"));
const endpoints: fc.Arbitrary<Endpoint> = fc.oneof(
  fc
    .oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constant("*"))
    .chain((host) => port.map((number): Endpoint => ({ scheme: "tcp", host, port: number }))),
  printable.map((path): Endpoint => ({ scheme: "ipc", path })),
  printable.map((name): Endpoint => ({ scheme: "inproc", name })),
);

test("what was formatted is parsed back", () => {
  fc.assert(
    fc.property(endpoints, (endpoint) => {
      expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
    }),
  );
});

test("any text is an endpoint that stays the same, or a mistake of the caller", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `tcp://${rest}`),
    fc.tuple(fc.string(), fc.string()).map(([host, rest]) => `tcp://[${host}]:${rest}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const endpoint = parseEndpoint(text);
        expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
      } catch (error) {
        if (!isZerocallError(error)) throw error;
        expect(error.code).toBe("USAGE_ENDPOINT");
      }
    }),
  );
});
