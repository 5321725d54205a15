/**
 * Stacks as people want to see them: of what a handler threw its own frames, and not the twenty of this
 * package and of Node by which the call came to it.
 *
 * @module
 */

/** A frame in this package where it is installed, or in Node, whatever the platform. */
const FOREIGN = /^ +at .*(?:[/\\]zerocall[/\\](?:lib|src)[/\\]|\(node:|at node:)/;
/** The same for this very copy, whatever the folder of a clone is called. */
const HERE = new URL("../", import.meta.url).href;

/**
 * Leaves out the frames at the end of a stack that are of this package or of Node. Those further up stay:
 * `path.join(undefined)` fails within Node, and below it is the line that called it.
 */
export function withoutOwnFrames(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.slice(0, lines.findLastIndex((line) => !isForeign(line)) + 1).join("\n");
}

function isForeign(line: string): boolean {
  return FOREIGN.test(line) || (/^ +at /.test(line) && line.includes(HERE));
}
