/** Pipes that remember what was sent, for tests of what decides where messages go. */

import type { Message, PeerInfo, Pipe } from "../../src/sockets/pipe.ts";

/** A pipe in memory. */
export class FakePipe implements Pipe {
  readonly id: number;
  readonly endpoint = "inproc://fake";
  readonly origin = "bound" as const;
  readonly peer: PeerInfo;
  readonly sent: Message[] = [];
  /** What {@link FakePipe.subscribe} was told: `+topic` and `-topic`. */
  readonly topics: string[] = [];
  queuedMessages = 0;
  sentMessages = 0;
  full = false;
  paused = false;
  closed = false;

  constructor(id = 1, routingId: Uint8Array = new Uint8Array(0)) {
    this.id = id;
    this.peer = {
      socketType: "DEALER",
      routingId,
      metadata: new Map(),
      version: "3.1",
      address: "",
    };
  }

  send(frames: Message): void {
    this.sent.push(frames);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(): void {
    this.closed = true;
  }

  subscribe(topic: Uint8Array, wanted: boolean): void {
    this.topics.push(`${wanted ? "+" : "-"}${new TextDecoder().decode(topic)}`);
  }
}

/** One message of one frame. */
export function message(text: string): Message {
  return [new TextEncoder().encode(text)];
}

/** Frames as text. */
export function textOf(frames: Message): string[] {
  return frames.map((frame) => new TextDecoder().decode(frame));
}
