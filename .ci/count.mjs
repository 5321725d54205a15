/**
 * Prints how many tests passed and failed as the last line, and fails if anything did.
 *
 *     node count.mjs <vitest's JSON report> <1 if vitest failed> <number of other failed steps>
 *
 * A step that is no test, such as the linter, counts as one failure.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** @param {string} path */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

const [path = "", vitestFailed = "1", failedSteps = "0"] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests } = read(path);
// A file that cannot even be loaded fails vitest without a failed test.
const failed = Math.max(numFailedTests, Number(vitestFailed)) + Number(failedSteps);

if (numPendingTests > 0) console.log(`${numPendingTests} skipped`);
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
