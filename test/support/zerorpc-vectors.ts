/** Conversations that were recorded between clients and servers of the original zerorpc. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MsgpackCodec } from "../../src/codec/msgpack.ts";
import type { Message } from "../../src/rpc/packet.ts";
import type { Link, Transport, TransportOwner } from "../../src/rpc/transport.ts";
import type { VirtualClock } from "../../src/testing/virtual-clock.ts";
import type { MemoryHub } from "../../src/transports/memory.ts";

/** One message of a recording. */
export interface Recorded {
  readonly from: "client" | "server";
  readonly atMs: number;
  /** In hexadecimal. */
  readonly frames: readonly string[];
}

/** One recorded conversation. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly exchange: readonly Recorded[];
}

const PATH = join(import.meta.dirname, "../../../shared/vectors/zerorpc.json");

/** All of them, by name. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  (JSON.parse(readFileSync(PATH, "utf8")) as { scenarios: Scenario[] }).scenarios.map(
    (scenario) => [scenario.name, scenario],
  ),
);

/** An event as values. */
export interface Event {
  readonly header: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly args: unknown;
}

const codec = new MsgpackCodec();

export function toOctets(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

/** Reads the event of a message, or `undefined` if it is none. */
export function eventOf(frames: readonly string[]): Event | undefined {
  try {
    const value = codec.decode(toOctets(frames.at(-1) ?? ""));
    const [header, name, args] = value as [Record<string, unknown>, string, unknown];
    return { header, name, args };
  } catch {
    return undefined;
  }
}

/** The message with its ids of 32 octets made the same in all runs, as hexadecimal frames. */
export function canonical(frames: readonly string[]): readonly string[] {
  const header = eventOf(frames)?.header;
  const ids = [header?.["message_id"], header?.["response_to"]];
  return frames.map((frame) =>
    ids.reduce<string>((text, id, index) => {
      if (!(id instanceof Uint8Array) || id.length !== 32) return text;
      return text.replaceAll(toHex(id), `${index}`.repeat(64));
    }, frame),
  );
}

/** One message that was heard, with when. */
export interface Heard {
  readonly atMs: number;
  readonly frames: readonly string[];
}

/** The other end of a client or server under test: says what a recording says. */
export class RecordedPeer implements TransportOwner {
  readonly transport: Transport;
  readonly heard: Heard[] = [];
  readonly #clock: VirtualClock;
  readonly #startedAt: number;
  #link: Link | undefined;

  constructor(hub: MemoryHub, role: "client" | "server", clock: VirtualClock) {
    this.transport = hub.transport(role, this);
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** What was heard, without beats. */
  get words(): readonly Heard[] {
    return this.heard.filter(({ frames }) => eventOf(frames)?.name !== "_zpc_hb");
  }

  /** When beats were heard. */
  get beats(): readonly number[] {
    return this.heard
      .filter(({ frames }) => eventOf(frames)?.name === "_zpc_hb")
      .map(({ atMs }) => atMs);
  }

  send(frames: readonly string[]): void {
    this.#link?.send(frames.map(toOctets));
  }

  opened(link: Link): void {
    this.#link = link;
  }

  received(_link: Link, messages: readonly Message[]): void {
    const atMs = this.#clock.now() - this.#startedAt;
    for (const message of messages) this.heard.push({ atMs, frames: message.map(toHex) });
  }

  drained(): void {
    // It never waits.
  }

  closed(): void {
    this.#link = undefined;
  }

  unreachable(): void {
    // The other end is always there.
  }
}
