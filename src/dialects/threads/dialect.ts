/**
 * What the threads of one process speak: every packet as it is. It never leaves the process, and is
 * of no use to anybody else.
 *
 * @module
 */

import type { Dialect } from "../../rpc/dialect.ts";
import { PacketCodec } from "./packets.ts";
import { ThreadTranslator } from "./translator.ts";

/** @param maxOpenCalls - how many calls one thread may have open. @default Infinity */
export function threads(maxOpenCalls: number = Infinity): Dialect {
  const codec = new PacketCodec();
  const translator = (): ThreadTranslator => new ThreadTranslator(codec, maxOpenCalls);
  return {
    name: "threads",
    traits: {
      streams: true,
      heartbeats: false,
      credit: true,
      // A generator takes no step before its consumer wants one, as beside the server.
      freeItems: 0,
      maxGrantItems: Infinity,
    },
    recognises: () => true,
    clientTranslator: translator,
    serverTranslator: translator,
    builtins: () => new Map(),
  };
}
