/**
 * The seed of all property tests: fixed, so that a run never fails by chance; given as
 * `FAST_CHECK_SEED` (a number, or `random`) to look for what the fixed one does not find.
 *
 * @module
 */

import { configureGlobal } from "fast-check";

const FIXED_SEED = 20_260_101;

const wanted = process.env["FAST_CHECK_SEED"];

if (wanted !== "random") configureGlobal({ seed: Number(wanted ?? FIXED_SEED) });
