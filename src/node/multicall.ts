/**
 * MultiCall: calls that are collected under their own names and made in one message.
 *
 * @module
 */

import type { CallArguments, CallOptions } from "../rpc/caller.ts";
import { makeRemote } from "../rpc/remote.ts";
import type { ClientMembers } from "./client.ts";

/** A call that was collected. */
interface Collected {
  readonly method: string;
  readonly args: CallArguments;
  readonly options: CallOptions | undefined;
}

/** The names that calls are collected by: as those of the service, and they give nothing back. */
export type Collector<Service> = {
  readonly [
    Name in keyof Service as Service[Name] extends (...args: never[]) => unknown
      ? Name
      : Service[Name] extends object
        ? Name
        : never
  ]: Service[Name] extends (...args: infer Args) => unknown
    ? (...args: Args) => void
    : Collector<Service[Name]>;
};

/** Names of a service whose type is not known. */
export interface UntypedCollector {
  readonly [name: string]: UntypedCollector & ((...args: readonly unknown[]) => void);
}

/** What a {@link MultiCall} has beside the names of the service. */
export interface MultiCallMembers {
  /** Makes all calls that were collected, in their order, each time that it is called. */
  (): Promise<MultiCallResults>;
  /** Collects a call by name. Arguments in an array go by position, those in an object by name. */
  call(method: string, args?: CallArguments, options?: CallOptions): void;
}

/** Collects calls and makes them in one message. */
export type MultiCall<Service = unknown> = MultiCallMembers &
  (unknown extends Service ? UntypedCollector : Omit<Collector<Service>, keyof MultiCallMembers>);

/** How they are made. */
export interface MultiCallConstructor {
  /** @param client - that of any dialect; one message is what those make of it that know batches */
  new <Service = unknown>(client: Pick<ClientMembers<Service>, "batch">): MultiCall<Service>;
}

/**
 * Collects calls and makes them in one message.
 *
 * ```ts
 * const multicall = new MultiCall(client);
 * multicall.my.namespace.mult(2, 2);
 * multicall.my.namespace.mult(3, 3);
 * for (const result of await multicall()) console.log(result);
 * ```
 */
export const MultiCall: MultiCallConstructor = class {
  constructor(client: Pick<ClientMembers<unknown>, "batch">) {
    const collected: Collected[] = [];
    const collect = (method: string, args: CallArguments, options?: CallOptions): void => {
      collected.push({ method, args, options });
    };
    const run = async (): Promise<MultiCallResults> =>
      new MultiCallResults(
        await client.batch((_, batch) =>
          collected.map(({ method, args, options }) => batch.call(method, args, options)),
        ),
      );
    Reflect.deleteProperty(run, "name");
    Reflect.deleteProperty(run, "length");
    const members: Pick<MultiCallMembers, "call"> = {
      call: (method, args = [], options) => collect(method, args, options),
    };
    // oxlint-disable-next-line no-constructor-return -- what is made is a proxy
    return Object.setPrototypeOf(run, makeRemote(collect, members, new.target.prototype)) as object;
  }
} as unknown as MultiCallConstructor;

/**
 * What the calls came to, in their order. Reading a result raises its failure, and reading goes on
 * behind it: by index, or with the iterator that has raised.
 */
export class MultiCallResults implements Iterable<unknown> {
  /** How each call ended, for who does not want to catch. */
  readonly settled: readonly PromiseSettledResult<unknown>[];

  constructor(settled: readonly PromiseSettledResult<unknown>[]) {
    this.settled = settled;
  }

  /** How many there are. */
  get length(): number {
    return this.settled.length;
  }

  /**
   * The result of one call, `undefined` where there is none; a negative index counts from the end.
   *
   * @throws {RpcError} the failure of that call
   */
  at(index: number): unknown {
    const outcome = this.settled.at(index);
    if (outcome?.status === "rejected") throw outcome.reason;
    return outcome?.value;
  }

  /** An iterator whose `next` throws the failure of the call whose turn it is. */
  [Symbol.iterator](): IterableIterator<unknown> {
    let index = 0;
    const iterator: IterableIterator<unknown> = {
      next: () =>
        index < this.length
          ? { done: false, value: this.at(index++) }
          : { done: true, value: undefined },
      [Symbol.iterator]: () => iterator,
    };
    return iterator;
  }
}
