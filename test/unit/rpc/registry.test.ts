import { EventEmitter } from "node:events";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { Registry } from "../../../src/rpc/registry.ts";

function namesOf(service: object, platform?: ReadonlySet<object>): string[] {
  const registry = new Registry("test", platform);
  registry.addService("", service);
  return registry.methods.map(({ name }) => name);
}

class Base {
  inherited(): string {
    return "base";
  }
  overridden(): string {
    return "base";
  }
}

class Derived extends Base {
  readonly arrow = (): string => "arrow";
  readonly data = { method: () => "not ours" };
  override overridden(): string {
    return "derived";
  }
  get getter(): () => string {
    throw new Error("getters are not run");
  }
  *generator(): Generator<number> {
    yield 1;
  }
  async *asyncGenerator(): AsyncGenerator<number> {
    yield 1;
  }
  // oxlint-disable-next-line unicorn/no-thenable
  then(): string {
    return "then";
  }
  _private(): string {
    return "private";
  }
  [Symbol("symbol")](): string {
    return "symbol";
  }
  static shared(): string {
    return "static";
  }
}

describe("Registry", () => {
  test("offers own and inherited methods of an instance, and nothing that is no method", () => {
    expect(namesOf(new Derived())).toEqual([
      "arrow",
      "asyncGenerator",
      "generator",
      "inherited",
      "overridden",
      "then",
    ]);
  });

  test("calls methods on their instance, the nearest one", () => {
    const registry = new Registry("test");
    registry.addService("", new Derived());
    expect(registry.find("overridden")?.invoke([])).toBe("derived");
    expect(registry.find("inherited")?.invoke([])).toBe("base");
  });

  test("offers nothing that comes from the classes of the language and the platform", () => {
    class Cache extends Map<string, string> {
      lookUp(): string {
        return "";
      }
    }
    class Bus extends EventEmitter {
      tell(): void {
        // Its own.
      }
    }
    class Late extends Promise<void> {
      more(): void {
        // Its own.
      }
    }
    expect(namesOf(new Cache())).toEqual(["lookUp"]);
    expect(namesOf(new Bus(), new Set([EventEmitter.prototype]))).toEqual(["tell"]);
    expect(namesOf(new Late(() => undefined))).toEqual(["more"]);
    expect(namesOf(new Map())).toEqual([]);
    expect(namesOf([() => 1])).toEqual(["0"]);
    expect(namesOf(() => 1)).toEqual([]);
  });

  test("offers nested objects under dotted names, frozen ones too, and ends cycles", () => {
    const service: Record<string, unknown> = {
      math: Object.freeze({ add: () => 1, deep: { sub: () => 2 } }),
      bare: Object.assign(Object.create(null) as object, { f: () => 3 }),
      derived: new Derived(),
      list: [() => 4],
      date: new Date(),
      "dotted.name": () => 5,
      Class: Derived,
    };
    service["self"] = service;
    (service["math"] as { deep: Record<string, unknown> }).deep["up"] = service;
    expect(namesOf(service)).toEqual([
      "bare.f",
      "derived.arrow",
      "derived.asyncGenerator",
      "derived.generator",
      "derived.inherited",
      "derived.overridden",
      "derived.then",
      "math.add",
      "math.deep.sub",
    ]);
  });

  test("follows namespaces eight levels down and no further", () => {
    let service: object = { method: () => 1 };
    for (let i = 0; i < 12; i++) service = { method: () => 1, n: service };
    expect(namesOf(service).at(-1)?.split(".").length).toBeLessThanOrEqual(10);
    expect(namesOf(service).length).toBeLessThanOrEqual(10);
  });

  test("offers the exports of a module but its default", () => {
    const names = namesOf(path);
    expect(names).toContain("join");
    expect(names).toContain("posix.join");
    expect(names.filter((name) => name.startsWith("default"))).toEqual([]);
  });

  test("lets a default stand for a module that has nothing else", () => {
    expect(namesOf(moduleOf({ default: { add: () => 1 } }))).toEqual(["add"]);
    expect(namesOf(moduleOf({ default: function run() {} }))).toEqual(["run"]);
    expect(namesOf(moduleOf({ default: [() => 1][0] }))).toEqual(["default"]);
    expect(namesOf(moduleOf({ default: 5 }))).toEqual([]);
    expect(namesOf(moduleOf({ default: { a: () => 1 }, b: () => 2 }))).toEqual(["b"]);
  });

  test("adds what is listed, under a namespace, or nothing at all", () => {
    const registry = new Registry("test");
    expect(registry.addService("ns", new Derived(), { methods: ["arrow", "inherited"] })).toBe(2);
    expect(registry.methods.map(({ name }) => name)).toEqual(["ns.arrow", "ns.inherited"]);
    expect(() => registry.addService("", new Derived(), { methods: ["arow"] })).toThrow(
      'the service has no method "arow" to register; did you mean arrow?',
    );
    expect(() => registry.addService("", {}, { methods: ["x"] })).toThrow(/no method "x"/);
    expect(() => registry.addService("ns", { fresh: () => 1, arrow: () => 2 })).toThrow(
      'a method "ns.arrow" is registered already',
    );
    expect(registry.find("ns.fresh")).toBeUndefined();
  });

  test("refuses names that are private, empty or taken", () => {
    const registry = new Registry("test");
    registry.addFunction("taken", () => 1);
    for (const name of ["", "_x", "a._b", "a.", ".a", "taken"]) {
      expect(() => registry.addFunction(name, () => 1)).toThrow(
        expect.objectContaining({ code: "USAGE_NAME" }) as Error,
      );
    }
  });

  test("removes a method, a namespace, or everything", () => {
    const registry = new Registry("test");
    registry.addService("", { a: () => 1, ab: () => 2, n: { x: () => 3, y: () => 4 } });
    expect(registry.remove("n")).toBe(2);
    expect(registry.remove("a")).toBe(1);
    expect(registry.remove("missing")).toBe(0);
    expect(registry.methods.map(({ name }) => name)).toEqual(["ab"]);
    registry.clear();
    expect(registry.methods).toEqual([]);
  });

  test("keeps what is told about a method", () => {
    const registry = new Registry("test");
    registry.addService("", { a: (_x: number) => 1 }, { describe: () => ({ doc: "documented" }) });
    expect(registry.find("a")?.description).toMatchObject({
      doc: "documented",
      parameters: [{ name: "_x" }],
    });
  });
});

function moduleOf(exports: object): object {
  return Object.assign(Object.create(null) as object, exports, { [Symbol.toStringTag]: "Module" });
}
