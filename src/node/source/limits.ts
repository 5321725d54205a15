/**
 * Limits of reading source for documentation.
 *
 * @module
 */

/** How much is read for one service; what lies beyond has no documentation. */
export const SOURCE_LIMITS: {
  /** Octets of one file. */
  readonly maxFileBytes: number;
  /** Files. */
  readonly maxFiles: number;
} = { maxFileBytes: 8 * 1024 * 1024, maxFiles: 400 };
