/**
 * Virtual time, bad wires and pairs of machines, for tests of what is built on zerocall.
 *
 * @module
 */

export { type Cut, everyOctet, randomCuts, seededRandom, whole } from "./cut.ts";
export { Link, type LinkOptions } from "./link.ts";
export { Network } from "./network.ts";
export { type ByteMachine, Pair, type PairOptions, type PairSide } from "./pair.ts";
export {
  differenceOf,
  formatTranscript,
  joinOctets,
  octetsFrom,
  parseTranscript,
  type TranscriptEntry,
} from "./transcript.ts";
export { VirtualClock } from "./virtual-clock.ts";
