/**
 * Everything that is fuzzed.
 *
 * @module
 */

import type { Target } from "./target.ts";
import { CODEC_TARGETS } from "./targets/codecs.ts";
import { DIALECT_TARGETS } from "./targets/dialects.ts";
import { MECHANISM_TARGETS } from "./targets/mechanisms.ts";
import { PLANTED_TARGETS } from "./targets/planted.ts";
import { SESSION_TARGETS } from "./targets/sessions.ts";
import { TEXT_TARGETS } from "./targets/texts.ts";
import { ZMTP_TARGETS } from "./targets/zmtp.ts";

/** All targets, in the order in which a run takes them. */
export const TARGETS: readonly Target[] = [
  ...ZMTP_TARGETS,
  ...MECHANISM_TARGETS,
  ...CODEC_TARGETS,
  ...DIALECT_TARGETS,
  ...SESSION_TARGETS,
  ...TEXT_TARGETS,
];

/** Those and the planted ones. */
export const NAMED_TARGETS: readonly Target[] = [...TARGETS, ...PLANTED_TARGETS];
