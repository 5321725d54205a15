/**
 * The chart of a run: calls per second with 100 in flight, and the CPU time of a call, as an SVG that
 * is read on a light and on a dark page.
 *
 * @module
 */

import { bothMicros, figure, type Run } from "./figures.ts";

const WIDTH = 860;
const TITLE_WIDTH = 300;
const BAR_WIDTH = 330;
const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 52;
const BAR_HEIGHT = 15;
const RATE_WIDTH = 100;

const WORKLOAD = "in-flight-100";

interface Row {
  readonly title: string;
  readonly kind: "ours" | "wire" | "other";
  readonly perSecond: number;
  readonly micros: number;
}

/** Without RPC: what the wire can do. */
const WIRES = new Set(["net", "net-slab", "zeromq", "raw"]);
const OURS = new Set(["call", "raw"]);
/** A view of one of our own sides, not something to compare with. */
const LEFT_OUT = new Set(["call-old"]);

function rowsOf(run: Run): readonly Row[] {
  const rounds = run.results.get(WORKLOAD);
  const rows = [...run.titles].flatMap(([name, title]) => {
    const rate = figure(rounds, name, ({ perSecond }) => perSecond);
    const cpu = figure(rounds, name, bothMicros);
    if (rate === undefined || cpu === undefined || LEFT_OUT.has(name)) return [];
    const kind: Row["kind"] = OURS.has(name) ? "ours" : WIRES.has(name) ? "wire" : "other";
    return [{ title, kind, perSecond: rate.median, micros: cpu.median }];
  });
  return rows.toSorted((a, b) => b.perSecond - a.perSecond);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function bar({ title, kind, perSecond, micros }: Row, index: number, most: number): string {
  const top = HEAD_HEIGHT + index * ROW_HEIGHT;
  const middle = top + BAR_HEIGHT - 3;
  const width = Math.max(1, (perSecond / most) * BAR_WIDTH);
  const end = TITLE_WIDTH + BAR_WIDTH;
  return [
    `<text class="${kind}-text" x="${TITLE_WIDTH - 10}" y="${middle}" text-anchor="end">${escape(title)}</text>`,
    `<rect class="${kind}" x="${TITLE_WIDTH}" y="${top}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<text class="${kind}-text" x="${end + RATE_WIDTH - 10}" y="${middle}" text-anchor="end">${number(perSecond)}</text>`,
    `<text class="${kind}-text" x="${WIDTH - 20}" y="${middle}" text-anchor="end">${micros < 10 ? micros.toFixed(1) : number(micros)}</text>`,
  ].join("\n");
}

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #57606a; }
.head { font-weight: 600; fill: #24292f; }
.ours { fill: #1a7f37; } .ours-text { font-weight: 600; fill: #1a7f37; }
.wire { fill: #afb8c1; } .other { fill: #0969da; }
.other-text { fill: #24292f; }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1; } .head { fill: #f0f6fc; }
  .ours { fill: #3fb950; } .ours-text { fill: #3fb950; }
  .wire { fill: #545d68; } .other { fill: #4493f8; } .other-text { fill: #f0f6fc; }
}`;

/** Draws the chart. */
export function formatChart(run: Run): string {
  const rows = rowsOf(run);
  const most = Math.max(1, ...rows.map(({ perSecond }) => perSecond));
  const height = HEAD_HEIGHT + rows.length * ROW_HEIGHT + 8;
  const end = TITLE_WIDTH + BAR_WIDTH + RATE_WIDTH - 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Calls per second with 100 in flight, and CPU time per call">
<style>${STYLE}
</style>
<text class="head" x="${TITLE_WIDTH}" y="24">add(a, b), 100 in flight, one connection</text>
<text class="head" x="${end}" y="24" text-anchor="end">calls/s</text>
<text class="head" x="${WIDTH - 20}" y="24" text-anchor="end">CPU µs per call</text>
<text x="${TITLE_WIDTH}" y="42">gray: no RPC, what the wire itself can do</text>
${rows.map((row, index) => bar(row, index, most)).join("\n")}
</svg>
`;
}
