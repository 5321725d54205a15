import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { makeRemote } from "../../../src/rpc/remote.ts";

type Anything = Record<string, never> & ((...args: unknown[]) => unknown);

function remote(own?: object, prototype?: object): Anything {
  const call = (name: string, args: readonly unknown[]): unknown => [name, ...args];
  return makeRemote(call, own, prototype) as Anything;
}

describe("a remote", () => {
  test("makes a method and a namespace of every name", () => {
    const root = remote() as unknown as Record<string, Record<string, Anything>>;
    expect((root["add"] as unknown as Anything)(1, 2)).toEqual(["add", 1, 2]);
    expect(root["math"]?.["mult"]?.(5, 7)).toEqual(["math.mult", 5, 7]);
    for (const name of [
      "name",
      "length",
      "call",
      "apply",
      "constructor",
      "toString",
      "prototype",
    ]) {
      expect((root[name] as unknown as Anything)()).toEqual([name]);
      expect(root["ns"]?.[name]?.()).toEqual([`ns.${name}`]);
    }
  });

  test("gives the same method for the same name", () => {
    const root = remote();
    expect(root["add"]).toBe(root["add"]);
  });

  test("puts what the client has itself first, on itself", () => {
    class Own {
      #secret = 5;
      get open(): number {
        return this.#secret;
      }
    }
    const root = remote(new Own(), Own.prototype);
    expect(root["open"]).toBe(5);
    expect(root instanceof Own).toBe(true);
    expect("open" in root && "anything" in root).toBe(true);
  });

  test("is no promise, cannot be written to, and can be printed", async () => {
    const root = remote();
    expect(await (root as unknown)).toBe(root);
    expect(() => {
      (root as Record<string, unknown>)["x"] = 1;
    }).toThrow(TypeError);
    expect(inspect(root)).toBeTypeOf("string");
    expect((root as unknown as Record<symbol, unknown>)[Symbol.iterator]).toBeUndefined();
  });

  test("calls nothing when it is printed, joined to text, or written as JSON", () => {
    const called: string[] = [];
    const root = makeRemote((name) => called.push(name)) as Record<string, Anything>;
    const method = root["math"]?.["add"] as unknown;
    expect(inspect(method)).toBe("[remote method math.add]");
    expect(inspect({ root })).toBe("{ root: [remote service] }");
    expect([method, root as unknown].map(String)).toEqual([
      "[remote method math.add]",
      "[remote service]",
    ]);
    expect(JSON.stringify({ root, method })).toBe('{"root":{}}');
    expect(["then" in root, "toJSON" in root, "add" in root]).toEqual([false, false, true]);
    expect(called).toEqual([]);
  });

  test("remembers a bounded number of names and makes others anew", () => {
    const root = remote();
    for (let i = 0; i < 10_001; i++) expect(root[`n${i}`]).toBeTypeOf("function");
    expect(root["n0"]).toBe(root["n0"]);
    expect(root["n10000"]).not.toBe(root["n10000"]);
  });
});
