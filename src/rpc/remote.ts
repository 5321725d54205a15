/**
 * Remote names as local ones: `remote.my.namespace.mult(5, 7)`.
 *
 * Each name is a real function, made once, whose further names are found by a proxy behind it; so a
 * call costs one look-up and no trap. Every string is a remote name, `name`, `length` and `call`
 * included, but for two: an object that has `then` is taken for a promise by `await`, and one that has
 * `toJSON` is asked for its JSON by whoever writes it down. Remote methods of these names are reached
 * by `client.call("then", …)`. Symbols are no remote names, so printing and comparing call nobody.
 *
 * @module
 */

/** How many names are remembered at one place; further ones are made again at each use. */
const MAX_REMEMBERED = 10_000;

/** Names that the language and its library look for on any object. */
const NEVER_REMOTE: ReadonlySet<string> = new Set(["then", "toJSON"]);

/** Where Node, Bun and Deno look for an object's own way of being printed. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Makes a call of a full name. */
export type CallByName = (name: string, args: readonly unknown[]) => unknown;

/**
 * Makes an object whose every name is a remote method.
 *
 * @param own - what comes before remote methods of the same names
 * @param prototype - what `instanceof` finds
 */
export function makeRemote(call: CallByName, own?: object, prototype?: object): object {
  return Object.create(namesBehind("", call, { own, prototype })) as object;
}

/** A prototype that makes methods of names and remembers them. */
function namesBehind(
  prefix: string,
  call: CallByName,
  {
    own,
    prototype,
  }: { readonly own?: object | undefined; readonly prototype?: object | undefined },
): object {
  const made = new Map<string, unknown>();
  return new Proxy(Object.create(prototype ?? null) as object, {
    get(_target, name): unknown {
      if (own !== undefined && name in own) return Reflect.get(own, name, own) as unknown;
      if (typeof name === "symbol") {
        return name === Symbol.toPrimitive || name === INSPECT ? () => textOf(prefix) : undefined;
      }
      if (NEVER_REMOTE.has(name)) return undefined;
      let method = made.get(name);
      if (method === undefined) {
        method = makeMethod(prefix + name, call);
        if (made.size < MAX_REMEMBERED) made.set(name, method);
      }
      return method;
    },
    has: (_target, name) =>
      (own !== undefined && name in own) || (typeof name === "string" && !NEVER_REMOTE.has(name)),
    set: () => false,
  });
}

/** How a place is printed, for people. */
function textOf(prefix: string): string {
  return prefix === "" ? "[remote service]" : `[remote method ${prefix.slice(0, -1)}]`;
}

function makeMethod(name: string, call: CallByName): unknown {
  const method = (...args: readonly unknown[]): unknown => call(name, args);
  Reflect.deleteProperty(method, "name");
  Reflect.deleteProperty(method, "length");
  Object.setPrototypeOf(method, namesBehind(`${name}.`, call, {}));
  return method;
}
