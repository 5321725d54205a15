/**
 * A profile as a table, and beside an earlier one.
 *
 * @module
 */

import { markdownTable } from "../markdown.ts";
import { LAYERS } from "./layers.ts";

/** What one side took per call: in all, and in each layer. */
export interface SideFigures {
  readonly all: number;
  readonly layers: Readonly<Record<string, number>>;
}

/** Both sides. */
export interface SidesFigures {
  readonly client: SideFigures;
  readonly server: SideFigures;
}

/** A profile, as it is written to a file. */
export interface ProfileFigures {
  /** ns. */
  readonly time: SidesFigures;
  /** Octets on the heap, without inlining. */
  readonly space: SidesFigures;
  /** Octets with inlining, where only their sum means something. */
  readonly inlined: SidesFigures;
}

function number(value: number | undefined): string {
  return value === undefined || value < 0.5 ? "–" : Math.round(value).toLocaleString("en");
}

type SideOf = (profile: ProfileFigures) => SideFigures;

const COLUMNS: readonly SideOf[] = [
  ({ time }) => time.client,
  ({ time }) => time.server,
  ({ space }) => space.client,
  ({ space }) => space.server,
];

/**
 * The table of a profile.
 *
 * @param before - an earlier profile; each cell says what it was and what it is
 */
export function formatProfile(
  profile: ProfileFigures,
  unit: string,
  before?: ProfileFigures,
): string {
  const cell = (sideOf: SideOf, figure: (side: SideFigures) => number | undefined): string => {
    const now = number(figure(sideOf(profile)));
    if (before === undefined) return now;
    const then = number(figure(sideOf(before)));
    return then === "–" && now === "–" ? "–" : `${then} → ${now}`;
  };
  const head = [`layer, per ${unit}`, "client ns", "server ns", "client octets", "server octets"];
  const rows = LAYERS.map((layer) => [
    layer,
    ...COLUMNS.map((sideOf) => cell(sideOf, ({ layers }) => layers[layer])),
  ]).filter(([, ...cells]) => cells.some((text) => text !== "–"));
  const sums = COLUMNS.map((sideOf) => cell(sideOf, ({ all }) => all));
  const inlined = [
    cell(
      ({ inlined: { client } }) => client,
      ({ all }) => all,
    ),
    cell(
      ({ inlined: { server } }) => server,
      ({ all }) => all,
    ),
  ];
  return markdownTable([head, ...rows, ["in all", ...sums], ["with inlining", "", "", ...inlined]]);
}
