/**
 * The curves of all measures, as one SVG that is read on a light and on a dark page.
 *
 * @module
 */

import type { Finding, Point } from "./measure.ts";

const COLUMNS = 2;
const PANEL_WIDTH = 420;
const PANEL_HEIGHT = 200;
const LEFT = 24;
const RIGHT = 36;
const TOP = 58;
const BOTTOM = 34;

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #57606a; }
.head { font-size: 13px; font-weight: 600; fill: #24292f; }
.value { fill: #24292f; }
.axis { stroke: #d0d7de; } .line { fill: none; stroke: #1a7f37; stroke-width: 2; } .dot { fill: #1a7f37; }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1; } .head, .value { fill: #f0f6fc; }
  .axis { stroke: #3d444d; } .line { stroke: #3fb950; } .dot { fill: #3fb950; }
}`;

function short(value: number): string {
  if (value >= 100_000) return `${Math.round(value / 1000).toLocaleString("en")} k`;
  return value >= 10 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly point: Point;
}

function placesOf(points: readonly Point[], left: number, top: number): readonly Place[] {
  const most = Math.max(...points.map(({ value }) => value));
  const width = PANEL_WIDTH - LEFT - RIGHT;
  const height = PANEL_HEIGHT - TOP - BOTTOM;
  return points.map((point, index) => ({
    x: left + LEFT + 20 + (index / Math.max(1, points.length - 1)) * (width - 20),
    // From zero, so that a small change looks like one.
    y: top + TOP + (1 - point.value / most) * height,
    point,
  }));
}

function panel({ title, curve }: Finding, index: number): string {
  if (curve === undefined) return "";
  const left = (index % COLUMNS) * PANEL_WIDTH;
  const top = Math.floor(index / COLUMNS) * PANEL_HEIGHT;
  const bottom = top + PANEL_HEIGHT - BOTTOM;
  const places = placesOf(curve.points, left, top);
  return [
    `<text class="head" x="${left + LEFT}" y="${top + 24}">${title}, ${curve.unit}</text>`,
    `<line class="axis" x1="${left + LEFT}" y1="${bottom}" x2="${left + PANEL_WIDTH - RIGHT + 16}" y2="${bottom}"/>`,
    `<polyline class="line" points="${places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}"/>`,
    ...places.flatMap(({ x, y, point }) => [
      `<circle class="dot" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3"/>`,
      `<text class="value" x="${x.toFixed(1)}" y="${(y - 8).toFixed(1)}" text-anchor="middle">${short(point.value)}</text>`,
      `<text x="${x.toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${point.at}</text>`,
    ]),
  ].join("\n");
}

/** Draws the findings that have a curve. */
export function formatCurves(findings: readonly Finding[]): string {
  const drawn = findings.filter(({ curve }) => curve !== undefined);
  const width = COLUMNS * PANEL_WIDTH;
  const height = Math.ceil(drawn.length / COLUMNS) * PANEL_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="How cost grows: ${drawn.map(({ title }) => title).join(", ")}">
<style>${STYLE}
</style>
${drawn.map(panel).join("\n")}
</svg>
`;
}
