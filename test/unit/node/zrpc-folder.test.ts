import { sep } from "node:path";
import { describe, expect, test } from "vitest";
import { nameOfClass, socketPath } from "../../../src/node/zrpc-folder.ts";

describe("names of services", () => {
  test.each([
    ["MyClass", "my_class"],
    ["TestServer", "test_server"],
    ["HTTPServer", "httpserver"],
    ["MyHTTPServer", "my_httpserver"],
    ["lower", "lower"],
    ["_Private_", "private"],
    ["A", "a"],
    ["", ""],
  ])("of the class %s is %s", (className, name) => {
    expect(nameOfClass(className)).toBe(name);
  });

  test("are names of files", () => {
    expect(socketPath(`${sep}folder`, "a b.c")).toBe(`${sep}folder${sep}a b.c`);
    for (const name of ["", ".", "..", "a/b", "a\\b", "a\0b", "../up"]) {
      expect(() => socketPath("folder", name)).toThrow(/expected the name of a service/);
    }
  });
});
