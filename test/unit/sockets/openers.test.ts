import { expect, test } from "vitest";
import type { WireTransport } from "../../../src/sockets/dialer.ts";
import { parseEndpoint } from "../../../src/sockets/endpoint.ts";
import { InprocHub } from "../../../src/sockets/inproc.ts";
import { Openers } from "../../../src/sockets/openers.ts";
import { resolveOptions } from "../../../src/sockets/resolved-options.ts";
import { securityOf } from "../../../src/sockets/security.ts";

/** A transport that keeps what it was asked, and the openers of a socket that has it for tcp. */
function setUp(inproc?: InprocHub) {
  const asked: unknown[] = [];
  const never = new Promise<never>(() => undefined);
  const tcp: WireTransport = {
    check: (endpoint) => {
      if (endpoint.scheme === "tcp" && endpoint.port === 1)
        throw new Error("port 1 is not for you");
    },
    dial: (...all) => {
      asked.push(["dial", ...all]);
      return never;
    },
    listen: (...all) => {
      asked.push(["listen", all[0], all[2]]);
      return never;
    },
  };
  const options = resolveOptions({});
  const openers = new Openers({
    socketType: "DEALER",
    options,
    transports: { tcp },
    security: securityOf(undefined, undefined),
    metadata: undefined,
    inproc,
    allocate: undefined,
  });
  return { openers, options, asked };
}

test("a scheme's transport dials and listens, and is given the socket's options", () => {
  const { openers, options, asked } = setUp();
  const endpoint = parseEndpoint("tcp://127.0.0.1:5555");
  const { signal } = new AbortController();
  void openers.of(endpoint).dial(signal);
  void openers.of(endpoint).listen(() => undefined);
  expect(asked).toEqual([
    ["dial", endpoint, signal, options],
    ["listen", endpoint, options],
  ]);
});

test("an endpoint that its transport refuses, or that has none, is the caller's mistake at once", () => {
  const { openers } = setUp();
  expect(() => openers.of(parseEndpoint("tcp://127.0.0.1:1"))).toThrow("port 1 is not for you");
  for (const other of ["ipc:///tmp/x", "inproc://x"]) {
    expect(() => openers.of(parseEndpoint(other))).toThrow(
      expect.objectContaining({
        code: "USAGE_ENDPOINT",
        message: `no transport for ${other}; there are tcp`,
      }),
    );
  }
});

test("sockets of one process find each other in their hub", async () => {
  const { openers, asked } = setUp(new InprocHub());
  const opener = openers.of(parseEndpoint("inproc://x"));
  const accepted: unknown[] = [];
  const listening = await opener.listen((opening) => accepted.push(opening));
  expect(listening.endpoint).toBe("inproc://x");
  await opener.dial(new AbortController().signal);
  expect(accepted).toHaveLength(1);
  expect(asked).toEqual([]);
  await listening.close();
});
