/**
 * The clients behind blocking clients, in the thread of connections: performs commands on them.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import { isStream } from "../../rpc/remote-stream.ts";
import { Client } from "../client.ts";
import { dialectByName } from "../dialect-by-name.ts";
import { carryError } from "./carried-error.ts";
import type { CarriedCall, ClientCommand, Command, Outcome, StreamCommand } from "./commands.ts";
import { HostedStream } from "./hosted-stream.ts";

/** Makes an async generator of an iterator in the caller's thread. */
export type InputSource = (input: number) => AsyncGenerator;

/** Everything that is open for the blocking clients of one thread. */
export class ClientHost {
  readonly #inputOf: InputSource;
  readonly #clients = new Map<number, Client>();
  readonly #streams = new Map<number, HostedStream>();
  #nextStream = 1;

  constructor(inputOf: InputSource) {
    this.#inputOf = inputOf;
  }

  /**
   * Performs a command. Never rejects.
   *
   * @param signal - nobody waits for it any more
   */
  async perform(command: Command, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#perform(command, signal);
    } catch (error) {
      return { type: "error", error: carryError(error) };
    }
  }

  async #perform(command: Command, signal: AbortSignal): Promise<Outcome> {
    switch (command.type) {
      case "open": {
        const dialect = await dialectByName(command.dialect);
        const client = new Client(command.endpoints, { ...command.options, dialect });
        this.#clients.set(command.client, client);
        return value(undefined);
      }
      case "client":
        return this.#useClient(command.client, command.command, signal);
      case "stream":
        return value(await this.#useStream(command.stream, command.command));
    }
  }

  async #useClient(id: number, command: ClientCommand, signal: AbortSignal): Promise<Outcome> {
    const client = this.#clients.get(id);
    if (client === undefined) throw new UsageError("USAGE_CLOSED", "the client is closed");
    switch (command.type) {
      case "call":
        return this.#call(client, id, command, signal);
      case "notify": {
        const { method, options } = command;
        await client.notify(method, this.#argsOf(command), { ...options, signal });
        await endOfTurn();
        return value(undefined);
      }
      case "batch":
        return value(await this.#batch(client, id, command.calls, signal));
      case "inspect":
        return value(await client.inspect({ ...command.options, signal }));
      case "close":
        this.#clients.delete(id);
        for (const [key, stream] of this.#streams) {
          if (stream.client === id) this.#streams.delete(key);
        }
        await client.close();
        return value(undefined);
      case "count":
        return value({ openCalls: client.openCalls, peerCount: client.peerCount });
      default:
        return value(await client[command.type](command.endpoint));
    }
  }

  async #call(
    client: Client,
    id: number,
    { method, options, ...call }: CarriedCall,
    abandoned: AbortSignal,
  ): Promise<Outcome> {
    const controller = new AbortController();
    follow([controller], abandoned);
    const { signal } = controller;
    const result = await client.call(method, this.#argsOf(call), { ...options, signal });
    return this.#outcome(result, id, controller);
  }

  async #batch(
    client: Client,
    id: number,
    calls: readonly CarriedCall[],
    abandoned: AbortSignal,
  ): Promise<readonly Outcome[]> {
    const controllers = calls.map(() => new AbortController());
    follow(controllers, abandoned);
    const settled = await client.batch((_, batch) =>
      calls.map(({ method, options, ...call }, index) => {
        const signal = controllers[index]?.signal;
        const all = signal === undefined ? options : { ...options, signal };
        return batch.call(method, this.#argsOf(call), all);
      }),
    );
    return settled.map((each, index) =>
      each.status === "rejected"
        ? { type: "error", error: carryError(each.reason) }
        : this.#outcome(each.value, id, controllers[index] ?? new AbortController()),
    );
  }

  #outcome(result: unknown, client: number, controller: AbortController): Outcome {
    if (!isStream(result)) return value(result);
    const stream = this.#nextStream++;
    this.#streams.set(stream, new HostedStream(result, client, controller));
    return { type: "stream", stream };
  }

  async #useStream(id: number, command: StreamCommand): Promise<unknown> {
    const stream = this.#streams.get(id);
    if (stream === undefined) throw new UsageError("USAGE_CLOSED", "the client is closed");
    const taken = await stream.perform(command);
    if (taken.end !== undefined) this.#streams.delete(id);
    return taken;
  }

  #argsOf({ args, input }: Pick<CarriedCall, "args" | "input">): CarriedCall["args"] {
    if (input === undefined || !Array.isArray(args)) return args;
    return (args as readonly unknown[]).with(input.index, this.#inputOf(input.input));
  }
}

/** Aborts calls, which can be aborted one by one, when their command is given up. */
function follow(controllers: readonly AbortController[], signal: AbortSignal): void {
  const abort = (): void => {
    for (const controller of controllers) controller.abort(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
}

function value(result: unknown): Outcome {
  return { type: "value", value: result };
}

/** What was sent in this turn has been given to the system then, also if the process ends now. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
