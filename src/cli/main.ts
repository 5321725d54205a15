#!/usr/bin/env node
/**
 * The `zerocall` command: reads what is asked, does it, and ends with what came of it.
 *
 *     0    done
 *     1    the call failed, or the service could not be served
 *     2    the command line makes no sense
 *     130  ended by Ctrl-C; a second one ends at once
 *     143  ended by SIGTERM in the middle of a call
 *
 * What a command needs is imported when it is known which one it is.
 *
 * @module
 */

import { type Command, parseArguments } from "./arguments.ts";
import { HELP, USAGE } from "./help.ts";
import { Interruption } from "./interruption.ts";
import { Mistake } from "./mistakes.ts";
import { colorAllowed, Output } from "./output.ts";

const FAILED = 1;
const WRONG_USAGE = 2;

async function main(words: readonly string[]): Promise<number> {
  const { stdout, stderr, env } = process;
  let output = new Output({ stdout, stderr, color: colorAllowed(env) });
  let interruption: Interruption | undefined;
  try {
    const { command, color } = parseArguments(words);
    if (!color) output = new Output({ stdout, stderr, color });
    interruption = new Interruption();
    const code = await run(command, output, interruption);
    return (await output.finish()) ? code : FAILED;
  } catch (error) {
    if (interruption?.exitCode !== undefined) return interruption.exitCode;
    // Whoever read the results has seen enough.
    if (output.closed.aborted) return (await output.finish()) ? 0 : FAILED;
    return await report(error, output);
  } finally {
    interruption?.release();
  }
}

async function run(command: Command, output: Output, interruption: Interruption): Promise<number> {
  switch (command.type) {
    case "help":
      await output.result(HELP);
      return 0;
    case "version":
      await output.result(`${await version()}\n`);
      return 0;
    case "keygen": {
      const { keygen } = await import("./commands/keygen.ts");
      return keygen(command.file, output);
    }
    case "serve": {
      const { serve } = await import("./commands/serve.ts");
      // The served module may hold timers and sockets that would keep the process for ever.
      return process.exit(await serve(command, output, interruption));
    }
    case "call": {
      const { call } = await import("./commands/call.ts");
      return call(command, output, interruption.signal);
    }
    case "list-service": {
      const { listService } = await import("./commands/list-service.ts");
      return listService(command, output, interruption.signal);
    }
    case "call-service": {
      const { callService } = await import("./commands/call-service.ts");
      return callService(command, output, interruption.signal);
    }
    case "list":
    case "describe": {
      const { inspect } = await import("./commands/inspect.ts");
      return inspect(command, output, interruption.signal);
    }
  }
}

async function report(error: unknown, output: Output): Promise<number> {
  if (error instanceof Mistake) {
    output.problem(error.message);
    if (error.showUsage) output.note(USAGE);
    return WRONG_USAGE;
  }
  const { explain } = await import("./explain.ts");
  const { text, usage } = explain(error);
  output.problem(text);
  return usage ? WRONG_USAGE : FAILED;
}

async function version(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

process.exitCode = await main(process.argv.slice(2));
