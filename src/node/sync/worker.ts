/**
 * The program of the thread of connections.
 *
 * It lives as long as the thread that started it, and keeps it from ending no moment.
 *
 * @module
 */

import { type MessagePort, workerData } from "node:worker_threads";

import { carryError, reviveError } from "./carried-error.ts";
import { ClientHost } from "./client-host.ts";
import { type FromThread, type Outcome, type Pulled, SIGNAL, type ToThread } from "./commands.ts";

/** What the thread is started with. */
export interface ThreadData {
  readonly port: MessagePort;
  /** Numbers that both threads see, at the places of {@link SIGNAL}. */
  readonly signal: Int32Array;
}

const { port, signal } = workerData as ThreadData;
const running = new Map<number, AbortController>();
const pulls = new Map<number, (outcome: Pulled) => void>();
let nextPull = 1;
const host = new ClientHost(pullInput);

port.on("message", (message: ToThread) => {
  switch (message.type) {
    case "command":
      void perform(message);
      break;
    case "abandon":
      running.get(message.id)?.abort();
      break;
    case "pulled":
      pulls.get(message.pull)?.(message.outcome);
      break;
  }
});
process.on("uncaughtExceptionMonitor", (error) => {
  send({ type: "fault", error: carryError(error) });
});
process.on("exit", () => {
  Atomics.store(signal, SIGNAL.ended, 1);
  wake();
});
send({ type: "ready" });

async function perform({ id, command }: Extract<ToThread, { type: "command" }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const outcome = await host.perform(command, controller.signal);
  running.delete(id);
  answer(id, outcome);
}

function answer(id: number, outcome: Outcome): void {
  try {
    send({ type: "answer", id, outcome });
  } catch (error) {
    // The result holds what cannot cross, such as a value of an application's own codec.
    send({ type: "answer", id, outcome: { type: "error", error: carryError(error) } });
  }
}

/** The iterator is in the caller's thread, which gives an item when it waits for something. */
async function* pullInput(input: number): AsyncGenerator {
  let over = false;
  try {
    for (;;) {
      const outcome = await pull(input);
      over = outcome.type === "error" || outcome.done;
      if (outcome.type === "error") throw reviveError(outcome.error);
      if (outcome.done) return;
      yield outcome.value;
    }
  } finally {
    if (!over) send({ type: "pull", pull: nextPull++, input, end: true });
  }
}

function pull(input: number): Promise<Pulled> {
  return new Promise((resolve) => {
    const id = nextPull++;
    pulls.set(id, (outcome) => {
      pulls.delete(id);
      resolve(outcome);
    });
    send({ type: "pull", pull: id, input, end: false });
  });
}

function send(message: FromThread): void {
  port.postMessage(message);
  wake();
}

function wake(): void {
  Atomics.add(signal, SIGNAL.sent, 1);
  Atomics.notify(signal, SIGNAL.sent);
}
