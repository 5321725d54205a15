/**
 * What well-behaved peers say, as inputs to begin with: from the recordings of the originals beside
 * the repository where they are there, and a few of each format that are always there.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { writePieces } from "./target.ts";

interface Recorded {
  readonly from: "client" | "server";
  readonly frames?: readonly string[];
  readonly bytes?: string;
}

interface Recording {
  readonly scenarios?: readonly { readonly exchange: readonly Recorded[] }[];
  readonly values?: readonly { readonly pickles: Readonly<Record<string, string>> }[];
  readonly python2?: readonly { readonly pickle: string }[];
}

/** Beside the repository, whether this is the source or what was built of it. */
const FOLDERS = ["../../shared/vectors", "../../../shared/vectors"].map((folder) =>
  join(import.meta.dirname, folder),
);

function recording(system: string): Recording {
  const path = FOLDERS.map((folder) => join(folder, `${system}.json`)).find(existsSync);
  return path === undefined ? {} : (JSON.parse(readFileSync(path, "utf8")) as Recording);
}

/** Octets from hexadecimal digits. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(" ", ""), "hex"));
}

/**
 * One piece for each message that a side sent, for each recorded conversation; the frames of a
 * message are pieces, all but the last of kind 1.
 */
export function messagesOf(system: string, from: "client" | "server"): Uint8Array[] {
  return (recording(system).scenarios ?? []).map(({ exchange }) =>
    writePieces(
      exchange
        .filter((said) => said.from === from)
        .flatMap(({ frames = [] }) =>
          frames.map((frame, at) => ({ kind: at < frames.length - 1 ? 1 : 0, octets: hex(frame) })),
        ),
    ),
  );
}

/** The last frames of all messages of a recording. */
export function payloadsOf(system: string): Uint8Array[] {
  return (recording(system).scenarios ?? []).flatMap(({ exchange }) =>
    exchange.map(({ frames = [] }) => hex(frames.at(-1) ?? "")),
  );
}

/** All octets that a side sent over TCP, for each recorded conversation. */
export function streamsOf(from: "client" | "server"): Uint8Array[] {
  return (recording("zmtp").scenarios ?? []).map(({ exchange }) =>
    hex(
      exchange
        .filter((said) => said.from === from)
        .map(({ bytes = "" }) => bytes)
        .join(""),
    ),
  );
}

/** All recorded pickles. */
export function pickles(): Uint8Array[] {
  const { values = [], python2 = [] } = recording("pickle");
  return [
    ...values.flatMap((one) => Object.values(one.pickles)),
    ...python2.map(({ pickle }) => pickle),
  ].map(hex);
}
