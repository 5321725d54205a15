import { expect, test } from "vitest";
import type { Wire } from "../../../src/sockets/dialer.ts";
import { parseEndpoint } from "../../../src/sockets/endpoint.ts";
import { Network } from "../../../src/testing/network.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";
import { ascii } from "../../support/zmtp.ts";

const never = new AbortController().signal;
const quiet = { received: () => undefined, drained: () => undefined, closed: () => undefined };

test("joins who dials with who listens", async () => {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const accepted: Wire[] = [];
  const listening = await network.listen(parseEndpoint("tcp://host:5555"), (wire) =>
    accepted.push(wire),
  );
  expect(listening.endpoint).toBe("tcp://host:5555");
  const dialled = await network.dial(parseEndpoint("tcp://host:5555"), never);
  expect(network.links).toHaveLength(1);
  const heard: Uint8Array[] = [];
  dialled.attach(quiet);
  accepted[0]?.attach({ ...quiet, received: (chunk) => heard.push(chunk) });
  dialled.write([ascii("hello")]);
  clock.advance(0);
  expect(heard).toEqual([ascii("hello")]);
});

test("gives a free port to who asks for none", async () => {
  const network = new Network(new VirtualClock());
  const [one, two] = [
    await network.listen(parseEndpoint("tcp://host:0"), () => undefined),
    await network.listen(parseEndpoint("tcp://host:0"), () => undefined),
  ];
  expect(one.endpoint).toMatch(/^tcp:\/\/host:\d+$/);
  expect(one.endpoint).not.toBe(two.endpoint);
});

test("refuses a second listener until the first has closed", async () => {
  const network = new Network(new VirtualClock());
  const endpoint = parseEndpoint("ipc://name");
  const listening = await network.listen(endpoint, () => undefined);
  await expect(network.listen(endpoint, () => undefined)).rejects.toMatchObject({
    code: "TRANSPORT_ADDRESS_IN_USE",
    endpoint: "ipc://name",
  });
  await listening.close();
  await expect(network.listen(endpoint, () => undefined)).resolves.toBeDefined();
});

test("refuses to dial where nobody listens, and when the dial was given up", async () => {
  const network = new Network(new VirtualClock());
  const endpoint = parseEndpoint("tcp://host:1");
  await expect(network.dial(endpoint, never)).rejects.toMatchObject({ code: "TRANSPORT_REFUSED" });
  await expect(network.dial(endpoint, AbortSignal.abort())).rejects.toMatchObject({
    code: "TRANSPORT_ABORTED",
  });
});
