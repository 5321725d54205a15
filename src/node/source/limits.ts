/**
 * Limits of reading source for documentation.
 *
 * @module
 */

/** How much is read for one service; what lies beyond has no documentation. */
export const SOURCE_LIMITS = {
  /** Octets of one file. */
  maxFileBytes: 8 * 1024 * 1024,
  /** Files. */
  maxFiles: 400,
} as const;
