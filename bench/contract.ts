/**
 * What the driver asks of every peer it measures: a server half and a client half.
 *
 * Both halves run in processes of their own and share one connection. The client half reports
 * answers through one callback for the whole run, so that measuring allocates nothing per call
 * that the peer itself does not allocate.
 *
 * @module
 */

/** A running server half. */
export interface Serving {
  /** Where the client half connects to. */
  readonly endpoint: string;
  /** Further processes whose CPU time counts for the server. @default none */
  readonly processes?: readonly number[];
  close(): Promise<void>;
}

/** A connected client half. */
export interface Load {
  /** Sends the smallest request there is: {@link SMALL_BYTES} octets raw, `add(a, b)` as a call. */
  call(): void;
  /** Sends octets that come back unchanged. */
  echo(body: Uint8Array): void;
  /**
   * Asks for `count` items; resolves with how many came once the stream is over. Absent where the
   * peer has no streams.
   */
  readonly stream?: ((count: number) => Promise<number>) | undefined;
  /** Makes sure that answers are right, before anything is measured. */
  check?(): Promise<void>;
  close(): Promise<void>;
}

/** A client half that makes its calls elsewhere, and times them itself. */
export interface OwnLoad {
  /** Further processes whose CPU time counts for the client. */
  readonly processes: readonly number[];
  calls(inFlight: number, ms: number): Promise<Timing>;
  echo(inFlight: number, ms: number, bytes: number): Promise<Timing>;
  stream(items: number): Promise<Timing>;
  close(): Promise<void>;
}

/** What one run of a workload took, on the client's side. */
export interface Timing {
  /** Calls that were answered, or items that came. */
  readonly count: number;
  readonly ms: number;
  /** Items that were asked for and did not come. */
  readonly lost: number;
  /** Round trips in ms; measured only when calls follow each other. */
  readonly p50Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
}

/** What the client half tells. */
export interface LoadEvents {
  /** One {@link Load.call} or {@link Load.echo} has its answer. */
  answered(): void;
  /** The measurement is worth nothing any more. */
  failed(error: unknown): void;
}

/** One thing that is measured. */
export interface Peer {
  /** One line for the report. */
  readonly title: string;
  /** Why it cannot run here; `undefined` when it can. @default it can */
  missing?(): string | undefined;
  serve(): Promise<Serving>;
  connect(endpoint: string, events: LoadEvents): Promise<Load | OwnLoad>;
}

/** Octets in the body of a raw request, about what `add(a, b)` needs as an event. */
export const SMALL_BYTES = 40;
