/**
 * Runs one measure of growth and tells its parent process what it found:
 *
 *     node --expose-gc run.js <measure> <ms> <repeats>
 *
 * @module
 */

import { MEASURES } from "./measures.ts";

const [name = "", ms = "", repeats = ""] = process.argv.slice(2);
const measure = await MEASURES[name]?.();
if (measure === undefined) throw new RangeError(`there is no measure "${name}"`);
process.send?.(await measure({ ms: Number(ms), repeats: Number(repeats) }), () => process.exit());
