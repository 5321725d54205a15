import { expect, test, vi } from "vitest";
import { exposed, isExposed } from "../../../src/rpc/exposed.ts";
import { Registry } from "../../../src/rpc/registry.ts";

test("a mark belongs to the method and leaves it as it is", () => {
  const marked = (): number => 1;
  expect(exposed(marked)).toBe(marked);
  expect(isExposed(marked)).toBe(true);
  expect(isExposed(() => 1)).toBe(false);
});

test("a mark is known to every copy of the package", async () => {
  vi.resetModules();
  const copy = await import("../../../src/rpc/exposed.ts");
  expect(copy.exposed).not.toBe(exposed);
  expect(isExposed(copy.exposed(() => 1))).toBe(true);
});

test("a decorator of the older kind gets the prototype and marks the method", () => {
  class Service {
    own(): void {}
    other(): void {}
  }
  const own = Object.getOwnPropertyDescriptor(Service.prototype, "own") ?? {};
  expect(exposed(Service.prototype, "own", own)).toBeUndefined();
  expect(isExposed(Service.prototype.own)).toBe(true);
  expect(isExposed(Service.prototype.other)).toBe(false);
  // As jiti calls it.
  exposed(Service.prototype, "other", Service.prototype as PropertyDescriptor);
  expect(isExposed(Service.prototype.other)).toBe(true);
});

test("only marked methods are offered where that is asked for, inherited and nested ones too", () => {
  class Base {
    inherited(): void {}
    hidden(): void {}
  }
  class Service extends Base {
    own(): void {}
  }
  exposed(Base.prototype.inherited);
  exposed(Service.prototype.own);
  const registry = new Registry("test");
  registry.addService("ns", new Service(), { exposedOnly: true });
  registry.addService("", { deep: { a: exposed(() => 1), b: () => 2 } }, { exposedOnly: true });
  expect(registry.methods.map(({ name }) => name)).toEqual(["deep.a", "ns.inherited", "ns.own"]);
});

test("a listed method has to be marked, too", () => {
  const registry = new Registry("test");
  const service = { a: exposed(() => 1), b: () => 2 };
  expect(() => registry.addService("", service, { methods: ["b"], exposedOnly: true })).toThrow(
    /no method "b"/,
  );
});

test("a service without marks is refused", () => {
  expect(() => new Registry("test").addService("", { a: () => 1 }, { exposedOnly: true })).toThrow(
    "the service has no method that was marked by exposed()",
  );
});
