import { describe, expect, test } from "vitest";
import { offer, type OfferedMethod, offerOf } from "../../../src/rpc/offer.ts";
import { Registry } from "../../../src/rpc/registry.ts";
import type { ServerCall } from "../../../src/rpc/server-call.ts";

class Stand {
  readonly calls: unknown[] = [];

  constructor() {
    const method = (name: string, exposed: boolean): [string, OfferedMethod] => [
      name,
      {
        description: { doc: `does ${name}` },
        arity: { least: 1, most: 2 },
        exposed,
        invoke: (context, args) => this.calls.push([name, context.method, args]),
      },
    ];
    const methods = new Map([method("add", true), method("deep.er", false)]);
    offer(this, { name: "far", instance: true, methods });
  }

  close(): string {
    return "not offered";
  }
}

const context = { method: "any" } as ServerCall;

describe("an offer", () => {
  test("stands in for the methods of its object, at the top and in a namespace", () => {
    const registry = new Registry("test");
    const stand = new Stand();
    registry.addService("", stand);
    registry.addService("", { nested: { far: stand } });
    expect(registry.methods.map(({ name }) => name)).toEqual([
      "add",
      "deep.er",
      "nested.far.add",
      "nested.far.deep.er",
    ]);
    expect(registry.find("add")).toMatchObject({
      description: { doc: "does add" },
      arity: { least: 1, most: 2 },
      exposed: true,
      wantsContext: true,
    });
    registry.find("nested.far.add")?.invoke([context, 1, 2]);
    expect(stand.calls).toEqual([["add", "any", [1, 2]]]);
  });

  test("can be taken in part, by name and by mark", () => {
    const [named, marked] = [new Registry("named"), new Registry("marked")];
    named.addService("far", new Stand(), { methods: ["deep.er"] });
    marked.addService("", new Stand(), { exposedOnly: true });
    expect(named.methods.map(({ name }) => name)).toEqual(["far.deep.er"]);
    expect(marked.methods.map(({ name }) => name)).toEqual(["add"]);
    expect(() => named.addService("", new Stand(), { methods: ["ad"] })).toThrow(
      'the service has no method "ad" to register; did you mean add?',
    );
  });

  test("is there only for who has made one", () => {
    expect(offerOf(new Stand())).toMatchObject({ name: "far", instance: true });
    expect(offerOf({})).toBeUndefined();
  });
});
