/**
 * What the main thread and the thread that fuzzes say to each other.
 *
 * @module
 */

import type { Progress } from "./engine.ts";
import type { Finding } from "./watch.ts";

/** What the thread is told. */
export interface Assignment {
  readonly target: string;
  readonly seed: number;
  readonly maxExecutions: number;
  readonly maxSeconds: number;
  /** Where inputs are kept; `undefined` starts from the seeds alone. */
  readonly corpusFolder: string | undefined;
  /** Counters of the library. */
  readonly blocks: number;
  readonly literals: Readonly<Record<string, readonly string[]>>;
  /** Two numbers, how many inputs were started and the length of the last, and its octets. */
  readonly current: SharedArrayBuffer;
}

/** What the thread tells. */
export type Report =
  | { readonly type: "progress" | "done"; readonly state: Progress }
  | { readonly type: "finding"; readonly finding: Finding; readonly input: Uint8Array };

/** Octets in front of the input in {@link Assignment.current}. */
export const CURRENT_HEADER_BYTES = 8;
