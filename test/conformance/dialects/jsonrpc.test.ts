/**
 * Replays the conversations of the original jsonrpc2-zeromq in both roles.
 *
 * Results are compared octet by octet, but for characters beyond ASCII, which the original escapes.
 * Errors are compared by what docs/protocols/jsonrpc.md says of them: we leave `"result": null` and
 * `"data": null` out, write the id `null` where the original leaves it out, and have a code for what
 * a method throws.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../../src/rpc/errors.ts";
import { withContext } from "../../../src/rpc/context.ts";
import { JsonrpcClient, JsonrpcServer } from "../../support/jsonrpc.ts";

interface Said {
  readonly from: "client" | "server";
  readonly frames: readonly string[];
}

interface Scenario {
  readonly name: string;
  readonly socketTypes: { readonly client: string; readonly server: string };
  readonly clientFrames?: string;
  readonly clientRaises?: string;
  readonly exchange: readonly Said[];
}

const file = new URL("../../../../shared/vectors/jsonrpc.json", import.meta.url);
const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as { scenarios: readonly Scenario[] };

const toOctets = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const textOf = (hex: string): string => new TextDecoder("latin1").decode(toOctets(hex));

type Json = Record<string, unknown>;
const INVALID = { code: -32600, message: "Invalid Request" };

/** What we say where the original says something else, or dies: a line for each reason. */
const OURS: Readonly<Record<string, readonly (Json | readonly Json[])[]>> = {
  // Arguments that are left out are none.
  internal_error_no_params: [{ jsonrpc: "2.0", result: null, id: 1 }],
  // What is neither a list nor an object is no request.
  internal_error_params_text: [{ jsonrpc: "2.0", error: INVALID, id: 1 }],
  // The original's thread ends without an answer.
  parse_error_text: [{ jsonrpc: "2.0", error: { code: -32700, message: "Parse error" }, id: null }],
  parse_error_not_utf8: [
    { jsonrpc: "2.0", error: { code: -32700, message: "Parse error" }, id: null },
  ],
  invalid_request_no_version: [{ jsonrpc: "2.0", error: INVALID, id: 1 }],
  invalid_request_number: [{ jsonrpc: "2.0", error: INVALID, id: null }],
  invalid_request_response: [{ jsonrpc: "2.0", error: INVALID, id: 1 }],
  invalid_request_batch: [[{ jsonrpc: "2.0", result: 3, id: 1 }]],
  // The socket types of the peer are known, so that both are answered.
  mismatch_dealer_rep: [{ jsonrpc: "2.0", result: 3, id: 1 }],
};

/** The frames in front of our answers where they are not those of the original. */
const OUR_FRAMES: Readonly<Record<string, readonly string[]>> = {
  mismatch_req_router: [""],
  // One server is REP and ROUTER in one, and a DEALER is answered as by ROUTER.
  dealer_rep_with_delimiter: [],
};

const application = (code: number, message: string, data?: unknown): Error =>
  Object.assign(new Error(message), { code, ...(data !== undefined && { data }) });

/** The service of the recordings. */
function makeService(recorded: unknown[]): object {
  const thrower = (error: Error): never => {
    throw error;
  };
  return {
    subtract: (minuend: number, subtrahend: number) => minuend - subtrahend,
    add: (a: number, b: number) => a + b,
    return_null: () => null,
    args: (...args: unknown[]) => args,
    text: (length: number) => "\u2603".repeat(length),
    echo: (value: unknown) => value,
    ns: { echo: (value: unknown) => value },
    get_thing: () => "thing",
    fail: (message: string) => thrower(new Error(message)),
    fail_internal: () => thrower(new RpcError("internal", "Internal Error")),
    fail_params: (message: string, data: unknown) => thrower(application(-32602, message, data)),
    fail_server: (message: string) => thrower(application(-32050, message)),
    fail_application: (message: string, data: unknown) => thrower(application(1234, message, data)),
    record: (
      first: unknown = null,
      second: unknown = null,
      key: unknown = null,
      named: unknown = null,
    ) => void recorded.push([first, second, key, named]),
    subscribe: withContext((call, times: number) => {
      queueMicrotask(() => {
        for (let i = 0; i < times; i++) void call.notify("event", [i]);
      });
      return "subscribed";
    }),
    subscribe_named: withContext((call, value: string) => {
      queueMicrotask(() => void call.notify("named-event", { value }));
      return "subscribed";
    }),
  };
}

const describeMethod = (name: string): { parameters: never[] } | undefined => {
  const parameters = ["minuend", "subtrahend"].map((parameter) => ({
    name: parameter,
    optional: false,
    rest: false,
  }));
  return name === "subtract" ? { parameters: parameters as never[] } : undefined;
};

describe("a server of ours answers the recorded client", () => {
  test.each(scenarios.map((one) => [one.name, one] as const))("%s", async (name, scenario) => {
    const server = new JsonrpcServer({});
    const recorded: unknown[] = [];
    server.core.registry.addService("", makeService(recorded), { describe: describeMethod });
    const peer = server.peer(scenario.socketTypes.client);
    for (const { from, frames } of scenario.exchange) {
      if (from !== "client") continue;
      peer.say(...frames.map(toOctets));
      await server.settle();
    }
    const answers = scenario.exchange.filter(({ from }) => from === "server");
    if (OURS[name] === undefined) {
      expect(peer.heard).toHaveLength(answers.length);
      for (const [index, { frames }] of answers.entries()) {
        const ours = peer.texts[index] ?? [];
        expect(ours.slice(0, -1)).toEqual(OUR_FRAMES[name] ?? frames.slice(0, -1));
        compareAnswers(ours.at(-1) ?? "", textOf(frames.at(-1) ?? ""));
      }
    } else {
      expect(peer.texts.map((frames) => JSON.parse(frames.at(-1) ?? "") as unknown)).toEqual(
        OURS[name],
      );
    }
    if (name === "notification") expect(recorded).toHaveLength(3);
    if (name === "push_notification") {
      expect(recorded).toEqual([
        ["fell over", "\u2603", null, null],
        [null, null, null, true],
      ]);
    }
    expect(server.core.openCalls).toBe(0);
  });
});

function compareAnswers(ours: string, theirs: string): void {
  const [our, their] = [JSON.parse(ours), JSON.parse(theirs)] as [Json, Json];
  if (their["error"] === undefined) {
    if (/\\u/.test(theirs)) expect(our).toEqual(their);
    else expect(ours).toBe(theirs);
    return;
  }
  const error = their["error"] as Json;
  expect(Object.keys(our)).toEqual(["jsonrpc", "error", "id"]);
  expect(our["id"]).toEqual(their["id"] ?? null);
  const ourError = our["error"] as Json;
  expect(ourError["code"]).toBe(error["code"] ?? -32000);
  if (error["data"] !== null) expect(ourError["data"]).toEqual(error["data"]);
  // The texts of the standard errors are the specification's, that of Python's TypeError is ours.
  if (error["code"] === -32602 && error["data"] === null) {
    expect(ourError["message"]).toContain("subtract(minuend, subtrahend)");
  } else {
    expect(String(ourError["message"]).toLowerCase()).toBe(String(error["message"]).toLowerCase());
  }
}

const made = scenarios.filter(({ clientFrames }) => clientFrames === undefined);

describe("a client of ours calls the recorded server", () => {
  test.each(made.map((one) => [one.name, one] as const))("%s", async (_name, scenario) => {
    const client = new JsonrpcClient();
    const notified: unknown[] = [];
    client.core.notifications.on("event", (value: unknown) => notified.push(value));
    client.core.notifications.on("named_event", (value: unknown) => notified.push(value));
    const peer = client.peer(scenario.socketTypes.server);
    const outcomes: Promise<unknown>[] = [];
    const expected: unknown[] = [];
    const ids = new Map<unknown, unknown>();
    for (const { from, frames } of scenario.exchange) {
      const text = textOf(frames.at(-1) ?? "");
      const said = JSON.parse(text) as Json;
      if (from === "server") {
        expected.push(...outcomeOf(said, scenario.clientRaises));
        const answer = withId(text, said, ids.get(said["id"]));
        peer.say(...frames.slice(0, -1).map(toOctets), answer);
        await client.settle();
        continue;
      }
      const { method, params, id } = said as { method: string; params: Json; id?: string };
      if (id === undefined) await client.caller.notify(method, params);
      else outcomes.push(client.caller.call(method, params).then((value) => value, told));
      ids.set(id, compareRequests(peer.take(), frames, text));
    }
    expect(await Promise.all(outcomes)).toEqual(expected);
    expect(notified).toEqual(
      scenario.name === "subscription"
        ? [0, 1, 2]
        : scenario.name === "subscription_named"
          ? ["\u2603"]
          : [],
    );
    expect(client.core.openCalls).toBe(0);
    expect(client.complaints).toEqual([]);
  });
});

/** Checks our request and returns its id. */
function compareRequests(
  said: readonly (readonly string[])[],
  frames: readonly string[],
  text: string,
): unknown {
  expect(said).toHaveLength(1);
  const ours = said[0] ?? [];
  expect(ours.slice(0, -1)).toEqual(frames.slice(0, -1));
  const request = JSON.parse(ours.at(-1) ?? "") as Json;
  const theirs = withId(text, JSON.parse(text) as Json, request["id"]);
  // Escapes, and the integer 2^53, which is written as the float that it is here.
  if (/\\u|9007199254740992/.test(text)) expect(request).toEqual(JSON.parse(theirs));
  else expect(ours.at(-1)).toBe(theirs);
  return request["id"];
}

function withId(text: string, { id }: Json, other: unknown): string {
  return id === undefined ? text : text.replace(JSON.stringify(id), JSON.stringify(other));
}

/** What an answer of the original means to the caller; nothing for a notification. */
function outcomeOf(said: Json, raises: string | undefined): readonly unknown[] {
  if (said["method"] !== undefined) return [];
  const error = said["error"] as
    | { code: number | null; message: string; data: unknown }
    | undefined;
  if (error === undefined) return [widened(said["result"])];
  const { code, data } = error;
  const message = code === -32601 ? 'the service has no method "no_such_method"' : error.message;
  return [{ name: raises, message, code: code ?? undefined, data: data ?? undefined }];
}

/** The one number of the recordings that we read as a bigint. */
function widened(value: unknown): unknown {
  if (value === 2 ** 53) return 2n ** 53n;
  return Array.isArray(value) ? value.map(widened) : value;
}

function told(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  const { name, message, wireCode, details } = error;
  return { name, message, code: wireCode, data: details };
}
