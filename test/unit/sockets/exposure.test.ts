import { expect, test } from "vitest";
import { isExposed } from "../../../src/sockets/exposure.ts";

test.each([
  ["tcp://*:1", true],
  ["tcp://0.0.0.0:1", true],
  ["tcp://[::]:1", true],
  ["tcp://192.168.1.2:1", true],
  ["tcp://example.org:1", true],
  ["tcp://127.0.0.1:1", false],
  ["tcp://127.8.8.8:1", false],
  ["tcp://[::1]:1", false],
  ["tcp://localhost:1", false],
  ["ipc:///run/x", false],
  ["inproc://x", false],
])("%s can be reached from other hosts: %s", (endpoint, exposed) => {
  expect(isExposed(endpoint)).toBe(exposed);
});
