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
  close(): Promise<void>;
}

/** A connected client half. */
export interface Load {
  /** Sends the smallest request there is: {@link SMALL_BYTES} octets raw, `add(a, b)` as a call. */
  call(): void;
  /** Sends octets that come back unchanged. */
  echo(body: Uint8Array): void;
  /** Asks for `count` items; resolves when the last one is here. */
  stream(count: number): Promise<void>;
  close(): Promise<void>;
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
  serve(): Promise<Serving>;
  connect(endpoint: string, events: LoadEvents): Promise<Load>;
}

/** Octets in the body of a raw request, about what `add(a, b)` needs as an event. */
export const SMALL_BYTES = 40;
