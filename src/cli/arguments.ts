/**
 * What the command line asks for.
 *
 *     zerocall [options] address [command [params…]]
 *     zerocall [options] --connect address --bind address … [command [params…]]
 *     zerocall --server [options] --bind address module
 *     zerocall list [service]
 *     zerocall call service method [args…] [key=value…]
 *
 * With `--connect` or `--bind` there is no positional address, and the first word is the
 * command.
 *
 * Spec: the options and what may be left out are those of zerorpc's own command; see
 * `docs/reference/cli.md`.
 *
 * @module
 */

import { DIALECT_NAMES } from "../node/dialect-by-name.ts";
import { Mistake } from "./mistakes.ts";
import { isServiceCommand, readServiceArguments, type ServiceArguments } from "./service-words.ts";
import { readSpeech, type Speech } from "./protocols.ts";
import { type SecurityWords, securityWords } from "./security.ts";
import { splitWords, type Values } from "./words.ts";

/** What all commands that talk to a peer have in common. */
export interface Links extends Speech {
  /** Endpoints to listen at. */
  readonly bind: readonly string[];
  /** Endpoints to connect to. */
  readonly connect: readonly string[];
  /** 0 is off. */
  readonly heartbeatMs: number;
  readonly debug: boolean;
  /** How peers are known; absent where nothing was said of it. */
  readonly security?: SecurityWords;
}

/** How the client waits and prints. */
export interface ClientOptions extends Links {
  /** 0 means no limit. */
  readonly timeoutMs: number;
  /** Beats from the start, not only after the server's first beat. */
  readonly activeHeartbeat: boolean;
  readonly printJson: boolean;
}

/** How services of this machine are found and called. */
export interface ServiceOptions {
  /** 0 means no limit. */
  readonly timeoutMs: number;
  readonly printJson: boolean;
  /** Their folder of sockets; `undefined` is the environment's or the original's. */
  readonly socketDir: string | undefined;
  readonly debug: boolean;
}

/** What the command line asks for. */
export type Command =
  | { readonly type: "help" }
  | { readonly type: "version" }
  /** Makes a pair of keys. */
  | { readonly type: "keygen"; readonly file: string }
  /** All methods, one line each: with their signatures or with their documentation. */
  | { readonly type: "list"; readonly signatures: boolean; readonly options: ClientOptions }
  /** One method with signature and documentation. */
  | { readonly type: "describe"; readonly method: string; readonly options: ClientOptions }
  | {
      readonly type: "call";
      readonly method: string;
      readonly params: readonly string[];
      /** The parameters are JSON. */
      readonly json: boolean;
      readonly options: ClientOptions;
    }
  | {
      readonly type: "serve";
      readonly module: string;
      /** How many calls run at once; `undefined` is the server's default. */
      readonly poolSize: number | undefined;
      /** Where it is written who may call what. */
      readonly policyFile: string | undefined;
      /** In how many worker threads the module runs; `undefined` for none, beside the server. */
      readonly workers: number | undefined;
      readonly links: Links;
    }
  /** The services of this machine, or the methods of one. */
  | {
      readonly type: "list-service";
      readonly service: string | undefined;
      readonly options: ServiceOptions;
    }
  | (ServiceArguments & {
      readonly type: "call-service";
      readonly service: string;
      readonly method: string;
      /** How often; `Infinity` until it is stopped. */
      readonly count: number;
      readonly options: ServiceOptions;
    });

/** A command and how to write about it. */
export interface Arguments {
  readonly command: Command;
  /** `false` when `--no-color` forbids colours. */
  readonly color: boolean;
}

const DEFAULTS = { timeout: "30", heartbeat: "5" } as const;

/**
 * Reads the words behind the program's name.
 *
 * @throws {Mistake} when they make no command
 */
export function parseArguments(words: readonly string[]): Arguments {
  const { values, positionals } = splitWords(words);
  const color = values["no-color"] === undefined;
  if (values.help !== undefined) return { command: { type: "help" }, color };
  if (values.version !== undefined) return { command: { type: "version" }, color };
  if (values.client !== undefined && values.server !== undefined) {
    throw new Mistake("--client and --server exclude each other", { showUsage: true });
  }
  const [word] = positionals;
  if (word === "keygen" && values.bind === undefined && values.connect === undefined) {
    return { command: keygenOf(positionals), color };
  }
  const command = commandOf(values, positionals);
  return { command: command(values, positionals), color };
}

function keygenOf([, file, ...more]: readonly string[]): Command {
  if (file === undefined || more.length > 0) {
    throw new Mistake("keygen expects the file for the secret key", { showUsage: true });
  }
  return { type: "keygen", file };
}

function commandOf(
  values: Values,
  positionals: readonly string[],
): (values: Values, positionals: readonly string[]) => Command {
  for (const name of ["pool-size", "policy-file", "workers"] as const) {
    if (values.server !== undefined || values[name] === undefined) continue;
    throw new Mistake(`--${name} goes with --server`, { showUsage: true });
  }
  const linked = values.connect !== undefined || values.bind !== undefined;
  if (values.server === undefined && !linked && isServiceCommand(positionals)) return service;
  for (const name of ["count", "socket-dir"] as const) {
    if (values[name] === undefined) continue;
    throw new Mistake(`--${name} goes with "list" and "call"`, { showUsage: true });
  }
  return values.server === undefined ? client : server;
}

/** `list` and `call`, with services of this machine. */
function service(values: Values, [what, ...rest]: readonly string[]): Command {
  const socketDir = values["socket-dir"];
  const options: ServiceOptions = {
    timeoutMs: seconds("--timeout", values.timeout ?? DEFAULTS.timeout),
    printJson: values["print-json"] !== undefined,
    socketDir: socketDir === undefined ? undefined : String(socketDir),
    debug: values.debug !== undefined,
  };
  const [name, method, ...words] = rest;
  if (what === "list") {
    if (method === undefined) return { type: "list-service", service: name, options };
    throw new Mistake(`list expects one service, got also "${method}"`, { showUsage: true });
  }
  if (name === undefined || method === undefined) {
    throw new Mistake("call expects a service and a method", { showUsage: true });
  }
  if (name.includes("://")) {
    throw new Mistake(
      `call takes the name of a service of this machine; by its address it is` +
        ` called without the word: zerocall ${name} ${method}`,
    );
  }
  const given = values.count ?? "1";
  const count = given === "inf" ? Infinity : wholeNumber("--count", given);
  const { args, named } = readServiceArguments(words);
  return { type: "call-service", service: name, method, args, named, count, options };
}

function client(values: Values, positionals: readonly string[]): Command {
  const { links, rest } = linksOf(values, positionals, ["zerorpc"]);
  if (links.protocols.length > 1) {
    throw new Mistake("a client speaks one --protocol", { showUsage: true });
  }
  checkRole(links);
  const options: ClientOptions = {
    ...links,
    timeoutMs: seconds("--timeout", values.timeout ?? DEFAULTS.timeout),
    activeHeartbeat: values["active-hb"] !== undefined,
    printJson: values["print-json"] !== undefined,
  };
  const [method, ...params] = rest;
  if (method !== undefined && /^\.{1,2}[/\\]/.test(method)) {
    throw new Mistake(`"${method}" is no method; --server serves a module`, { showUsage: true });
  }
  const inspect = values.inspect !== undefined;
  if (method === undefined) return { type: "list", signatures: inspect, options };
  if (inspect) return { type: "describe", method, options };
  return { type: "call", method, params, json: values.json !== undefined, options };
}

/** Who only connects is the client of every mechanism. */
function checkRole({ bind, security = {} }: Links): void {
  if (bind.length > 0) return;
  if (security["plain-users-file"] !== undefined) {
    throw new Mistake("--plain-users-file goes with --server or --bind", { showUsage: true });
  }
  const { "curve-server-key": key, "curve-server-key-file": file } = security;
  if (security["curve-secret-file"] !== undefined && key === undefined && file === undefined) {
    throw new Mistake("a client needs --curve-server-key or --curve-server-key-file", {
      showUsage: true,
    });
  }
}

function server(values: Values, positionals: readonly string[]): Command {
  const { links, rest } = linksOf(values, positionals, DIALECT_NAMES);
  const [module, ...more] = rest;
  if (module === undefined) {
    const [alone] = positionals;
    if (alone !== undefined && !alone.includes("://")) {
      throw new Mistake(`--server expects --bind or --connect with an address for "${alone}"`, {
        showUsage: true,
      });
    }
    throw new Mistake("--server expects a module to serve, such as node:path or ./cooler.ts", {
      showUsage: true,
    });
  }
  if (more.length > 0) {
    throw new Mistake(`--server serves one module, got also "${more.join('", "')}"`, {
      showUsage: true,
    });
  }
  const { "pool-size": poolSize, "policy-file": policyFile, workers } = values;
  return {
    type: "serve",
    module,
    poolSize: poolSize === undefined ? undefined : wholeNumber("--pool-size", poolSize),
    policyFile: policyFile === undefined ? undefined : String(policyFile),
    workers: workers === undefined ? undefined : wholeNumber("--workers", workers),
    links,
  };
}

/** With `--connect` or `--bind` the first word is no address. */
function linksOf(
  values: Values,
  positionals: readonly string[],
  unlessTold: Speech["protocols"],
): { links: Links; rest: readonly string[] } {
  const { bind = [], connect = [], protocol = [], serializer } = values;
  const given = bind.length + connect.length > 0;
  const [address, ...others] = positionals;
  if (!given && address === undefined) {
    throw new Mistake("expected an address, or --connect or --bind with one", { showUsage: true });
  }
  const security = securityWords(values);
  const links = {
    ...readSpeech(protocol, serializer === undefined ? undefined : String(serializer), unlessTold),
    bind,
    connect: given || address === undefined ? connect : [address],
    heartbeatMs: seconds("--heartbeat", values.heartbeat ?? DEFAULTS.heartbeat),
    debug: values.debug !== undefined,
    ...(security !== undefined && { security }),
  };
  return { links, rest: given ? positionals : others };
}

/** Longest time that timers of the platform can wait, in seconds. */
const MAX_SECONDS = 2_147_483;

function seconds(option: string, text: string | true): number {
  const value = text === "inf" || text === "Infinity" ? 0 : decimal(text);
  if (value === undefined || value > MAX_SECONDS) {
    throw new Mistake(`${option} expects seconds, such as 30 or 0.5, got "${text}"`);
  }
  return value * 1000;
}

function decimal(text: string | true): number | undefined {
  return /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(String(text)) ? Number(text) : undefined;
}

function wholeNumber(option: string, text: string | true): number {
  if (/^[1-9]\d{0,8}$/.test(String(text))) return Number(text);
  throw new Mistake(`${option} expects a whole number from 1, got "${text}"`);
}
