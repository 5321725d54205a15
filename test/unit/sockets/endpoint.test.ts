import { describe, expect, test } from "vitest";
import { formatEndpoint, isConnectable, parseEndpoint } from "../../../src/sockets/endpoint.ts";

describe("parseEndpoint", () => {
  test.each([
    ["tcp://127.0.0.1:5555", { scheme: "tcp", host: "127.0.0.1", port: 5555 }],
    ["tcp://example.org:80", { scheme: "tcp", host: "example.org", port: 80 }],
    ["tcp://*:*", { scheme: "tcp", host: "*", port: 0 }],
    ["tcp://*:0", { scheme: "tcp", host: "*", port: 0 }],
    ["tcp://0:1234", { scheme: "tcp", host: "0.0.0.0", port: 1234 }],
    ["tcp://0.0.0.0:1234", { scheme: "tcp", host: "0.0.0.0", port: 1234 }],
    ["tcp://[::1]:1234", { scheme: "tcp", host: "::1", port: 1234 }],
    ["tcp://[fe80::1%eth0]:1", { scheme: "tcp", host: "fe80::1%eth0", port: 1 }],
    ["tcp://[::ffff:127.0.0.1]:9", { scheme: "tcp", host: "::ffff:127.0.0.1", port: 9 }],
    ["tcp://my_host-1.local:65535", { scheme: "tcp", host: "my_host-1.local", port: 65_535 }],
    ["ipc:///run/app.sock", { scheme: "ipc", path: "/run/app.sock" }],
    ["ipc://relative", { scheme: "ipc", path: "relative" }],
    ["ipc://@abstract", { scheme: "ipc", path: "@abstract" }],
    ["ipc://*", { scheme: "ipc", path: "*" }],
    ["inproc://any thing", { scheme: "inproc", name: "any thing" }],
  ] as const)("reads %s", (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  test.each([
    ["", 0, "a scheme"],
    ["127.0.0.1:5555", 0, "a scheme"],
    ["udp://127.0.0.1:5555", 0, "one of the schemes"],
    ["tcp://", 6, '":" and a port'],
    ["tcp://host", 10, '":" and a port'],
    ["tcp://:5555", 6, "a host"],
    ["tcp://host:", 11, "a port from 0 to 65535"],
    ["tcp://host:65536", 11, "a port from 0 to 65535"],
    ["tcp://host:5x", 11, "a port from 0 to 65535"],
    ["tcp://host:-1", 11, "a port from 0 to 65535"],
    ["tcp://ho st:1", 8, "a letter"],
    ["tcp://::1:1", 6, "an IPv6 address in brackets"],
    ["tcp://[::1:1", 12, '"]"'],
    ["tcp://[::1]1", 12, '":" and a port'],
    ["tcp://[host]:1", 7, "an IPv6 address in the brackets"],
    ["tcp://127.0.0.1:1;127.0.0.1:2", 17, "one address"],
    ["ipc://", 6, "a path"],
    ["ipc://a\0b", 7, "no NUL"],
    ["inproc://", 9, "a name"],
  ])("refuses %j at position %i", (text, at, expected) => {
    const parse = (): unknown => parseEndpoint(text);
    expect(parse).toThrow(expect.objectContaining({ code: "USAGE_ENDPOINT" }));
    expect(parse).toThrow(`at position ${at}`);
    expect(parse).toThrow(expected);
  });

  test("refuses what is no text", () => {
    expect(() => parseEndpoint(5555 as unknown as string)).toThrow("got number");
  });
});

test("formatEndpoint puts IPv6 addresses in brackets", () => {
  expect(formatEndpoint({ scheme: "tcp", host: "::1", port: 5 })).toBe("tcp://[::1]:5");
});

test.each([
  ["tcp://127.0.0.1:1", true],
  ["tcp://*:1", false],
  ["tcp://127.0.0.1:0", false],
  ["ipc://a", true],
  ["ipc://*", false],
  ["inproc://a", true],
])("%s can be connected: %s", (text, connectable) => {
  expect(isConnectable(parseEndpoint(text))).toBe(connectable);
});
