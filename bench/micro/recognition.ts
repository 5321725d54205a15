/**
 * What it costs that a server knows five dialects instead of one: `node build/bench/micro/recognition.js`.
 *
 * Two servers of the same service in this process, one of zerorpc alone and one of all five, are
 * called in turns by clients of zerorpc: over connections that stay, and over connections of one call
 * each. What is compared is CPU time of the whole process per call, in rounds whose order alternates,
 * so that a busy machine meets both alike. Below it is what recognising itself takes, for the first
 * message of each dialect.
 *
 * @module
 */

import { Client, Server, zerorpc } from "zerocall";
import { jsonrpc } from "zerocall/dialects/jsonrpc";
import { multicall } from "zerocall/dialects/multicall";
import { netcall } from "zerocall/dialects/netcall";
import { zrpc } from "zerocall/dialects/zrpc";
import type { Dialect, Message } from "zerocall/rpc";

const ROUNDS = 40;
const CALLS = 20_000;
const IN_FLIGHT = 100;
const CONNECTIONS = 100;
const RECOGNITIONS = 200_000;

const ALL: readonly Dialect[] = [zerorpc(), jsonrpc(), netcall(), zrpc(), multicall()];

type Adder = { add(a: number, b: number): number };
type Load = (endpoint: string) => Promise<number>;

/** Calls over a connection that stays; gives how many. */
async function stay(endpoint: string): Promise<number> {
  await using client = new Client<Adder>(endpoint);
  await client.add(1, 2);
  for (let done = 0; done < CALLS; done += IN_FLIGHT) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, at) => client.add(at, 1)));
  }
  return CALLS;
}

/** One call for each connection. */
async function come(endpoint: string): Promise<number> {
  for (let done = 0; done < CONNECTIONS; done++) {
    await using client = new Client<Adder>(endpoint);
    await client.add(done, 1);
  }
  return CONNECTIONS;
}

/** CPU time of the process for each call, in µs. */
async function microsOf(load: Load, endpoint: string): Promise<number> {
  const before = process.cpuUsage();
  const calls = await load(endpoint);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function compare(title: string, load: Load, endpoints: readonly string[]): Promise<void> {
  const [one = "", five = ""] = endpoints;
  for (const endpoint of endpoints) await load(endpoint);
  const rounds: (readonly [one: number, five: number])[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) {
      const first = await microsOf(load, one);
      rounds.push([first, await microsOf(load, five)]);
    } else {
      const first = await microsOf(load, five);
      rounds.push([await microsOf(load, one), first]);
    }
  }
  const ratios = rounds.map(([a, b]) => b / a);
  const shown = [0.25, 0.5, 0.75].map(
    (part) => `${((quantile(ratios, part) - 1) * 100).toFixed(1)} %`,
  );
  const [a, b] = [0, 1].map((side) =>
    quantile(
      rounds.map((each) => each[side] ?? 0),
      0.5,
    ).toFixed(2),
  );
  console.log(
    `${title.padEnd(28)} ${a} µs with one, ${b} with five; more, quartiles: ${shown.join(", ")}`,
  );
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
}

/** What recognising the first message of each dialect takes, in ns. */
function recognise(): void {
  const peer = { socketType: "DEALER" };
  for (const dialect of ALL) {
    const translator = dialect.clientTranslator(peer);
    const channel = translator.open();
    const message = translator.encode({
      type: "request",
      channel,
      method: "add",
      args: [1, 2],
      options: undefined,
    }) as Message;
    const startedAt = performance.now();
    let known = 0;
    for (let i = 0; i < RECOGNITIONS; i++) {
      if (ALL.find((each) => each.recognises(message)) === dialect) known++;
    }
    const nanos = ((performance.now() - startedAt) / RECOGNITIONS) * 1e6;
    if (known !== RECOGNITIONS) throw new Error(`${dialect.name} was taken for another`);
    console.log(`recognising ${dialect.name.padEnd(16)} ${nanos.toFixed(0)} ns`);
  }
}

const service = { add: (a: number, b: number) => a + b };
await using one = new Server(service);
await using five = new Server(service, { dialects: ALL });
const endpoints = [await one.bind("tcp://127.0.0.1:0"), await five.bind("tcp://127.0.0.1:0")];
await compare("a connection that stays", stay, endpoints);
await compare("a connection for each call", come, endpoints);
recognise();
