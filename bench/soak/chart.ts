/**
 * Draws lines over time as an SVG: one panel below the other, with a common axis of minutes.
 *
 * @module
 */

/** One line of a panel, a value for each instant. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

/** Lines that share a scale, which begins at 0. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

const WIDTH = 900;
const PANEL_HEIGHT = 110;
const HEAD = 40;
const FOOT = 34;
const LEFT = 64;
const RIGHT = 16;
const GAP = 34;
const COLOURS = ["#1f6feb", "#d1570b", "#1a7f37"];

/** @param minutes - the instants of all lines */
export function drawChart(
  title: string,
  minutes: readonly number[],
  panels: readonly Panel[],
): string {
  const height = HEAD + panels.length * (PANEL_HEIGHT + GAP) + FOOT;
  const end = minutes.at(-1) ?? 1;
  const x = (minute: number): number => LEFT + (minute / end) * (WIDTH - LEFT - RIGHT);
  const body = panels.flatMap((panel, index) => {
    const top = HEAD + GAP / 2 + index * (PANEL_HEIGHT + GAP);
    return drawPanel(panel, top, minutes.map(x));
  });
  const ticks = niceSteps(end, 6).map((minute) =>
    text({
      at: x(minute),
      y: height - FOOT + 8,
      content: `${format(minute)} min`,
      anchor: "middle",
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text({ at: LEFT, y: 24, content: title, style: 'font-size="15" font-weight="bold"' }),
    ...body,
    ...ticks,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ title, lines }: Panel, top: number, xs: readonly number[]): string[] {
  // Where all is zero there is still an axis to read it by.
  const most = Math.max(1, ...lines.flatMap(({ values }) => values));
  const steps = niceSteps(most, 3);
  const scale = Math.max(most, steps.at(-1) ?? most);
  const bottom = top + PANEL_HEIGHT;
  const y = (value: number): number => bottom - (value / scale) * (PANEL_HEIGHT - 8);
  const grid = [0, ...steps].flatMap((value) => [
    `<path d="M${LEFT} ${round(y(value))}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
    text({ at: LEFT - 6, y: y(value) + 4, content: format(value), anchor: "end" }),
  ]);
  const drawn = lines.map(({ values }, index) => {
    const points = values.map((value, at) => `${round(xs[at] ?? LEFT)},${round(y(value))}`);
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour(index)}" stroke-width="1.5"/>`;
  });
  const legend = lines.map(({ name }, index) =>
    text({
      at: WIDTH - RIGHT - (lines.length - 1 - index) * 80,
      y: top - 4,
      content: name,
      anchor: "end",
      style: `fill="${colour(index)}"`,
    }),
  );
  return [
    text({ at: LEFT, y: top - 4, content: title, style: 'font-weight="bold"' }),
    ...grid,
    ...drawn,
    ...legend,
  ];
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "#000";
}

/** Round numbers up to about `most`. */
function niceSteps(most: number, count: number): number[] {
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step + 1e-9) }, (_, index) => (index + 1) * step);
}

/** What is written, where, and how: attributes that differ from the usual ones. */
interface Label {
  readonly at: number;
  readonly y: number;
  readonly content: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly style?: string;
}

function text({ at, y, content, anchor = "start", style = 'fill="#333"' }: Label): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${round(at)}" y="${round(y)}" text-anchor="${anchor}" ${style}>${escaped}</text>`;
}

function format(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString("en");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
