/** What tests of blocking calls share: the built package, a service for another process, failures. */

import type * as Thread from "../../src/node/sync/client-thread.ts";

/** The main module of the package as it is built, whose errors are those of {@link sync}. */
export * as main from "zerocall";
/** Blocking calls as they are built: their thread needs a program that Node can run. */
export * as sync from "zerocall/sync";

/** The module of blocking calls, for programs that import it. */
export const SYNC: string = import.meta.resolve("zerocall/sync");
/** The thread behind them, which is nobody else's to see: from what is compiled file by file. */
export const thread = (await import(
  new URL("../../dist/node/sync/client-thread.js", import.meta.url).href
)) as typeof Thread;

/** A service to be served by another process. */
export const SERVICE: string = `
let open = 0;
export const add = (a, b) => a + b;
export const greet = (greeting, name) => greeting + " " + name;
export const echo = (value) => value;
export const name = { space: { mult: (a, b) => a * b } };
export const sleep = (ms) => new Promise((done) => setTimeout(() => done("slept"), ms));
export const die = () => process.kill(process.pid, "SIGKILL");
export const opened = () => open;
export const asValue = () => [Object.assign(new RangeError("too warm"), { degrees: 42 })];
export function fail() {
  throw Object.assign(new RangeError("too warm"), { details: { degrees: 42 } });
}
export function numbered() {
  throw Object.assign(new Error("mine"), { code: 7, data: { n: 1 } });
}
export function* countdown(from) {
  for (let n = from; n > 0; n--) yield n;
  return "done";
}
export function* endless() {
  open++;
  try { for (let n = 0; ; n++) yield n; } finally { open--; }
}
export function* total() {
  let sum = 0;
  for (;;) {
    try { sum += yield sum; } catch (error) { sum = -1; }
  }
}
let count = 0;
export const made = () => count;
export function* counted() { for (;;) yield ++count; }
export async function* stalls() { yield 1; await new Promise((done) => setTimeout(done, 60_000)); }
export async function sum(items) {
  let result = 0;
  for await (const item of items) result += item;
  return result;
}
`;

/** The same as a type. */
export interface Service {
  add(a: number, b: number): number;
  greet(greeting: string, name: string): string;
  echo<T>(value: T): T;
  sleep(ms: number): Promise<string>;
  die(): void;
  opened(): number;
  made(): number;
  counted(): Generator<number, void, undefined>;
  asValue(): unknown;
  fail(): never;
  countdown(from: number): Generator<number, string, undefined>;
  endless(): Generator<number, void, undefined>;
  total(): Generator<number, void, number>;
  stalls(): AsyncGenerator<number>;
  sum(items: AsyncIterable<number>): Promise<number>;
}

/** What `act` throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("expected it to throw");
}
