/**
 * What happens inside of clients and servers, for logs and diagnostics.
 *
 * The RPC half writes no log: it tells an observer, if there is one.
 *
 * @module
 */

/** One thing that happened. */
export type RpcEvent =
  | { readonly type: "bound" | "connecting"; readonly endpoint: string }
  | {
      readonly type: "peer-opened" | "peer-closed";
      readonly endpoint: string;
      readonly address: string;
      readonly error?: unknown;
    }
  | { readonly type: "unreachable"; readonly endpoint: string; readonly error: unknown }
  /** A peer was not let in, or one that connected did not behave before it was. */
  | { readonly type: "refused"; readonly endpoint: string; readonly error: unknown }
  /** The endpoint can be reached from other hosts, and everybody there may come in. */
  | { readonly type: "insecure"; readonly endpoint: string }
  | {
      readonly type: "call-started" | "call-finished";
      readonly method: string;
      readonly address: string;
    }
  | {
      readonly type: "call-failed";
      readonly method: string;
      readonly address: string;
      /** What the handler threw, or the error that the caller gets. */
      readonly error: unknown;
    }
  | {
      /** The policy does not let the peer call the method. */
      readonly type: "call-denied";
      readonly method: string;
      readonly address: string;
      readonly identity: string | undefined;
      /** Not told to the caller. */
      readonly reason: string;
    }
  | {
      /** The peer says what no dialect of the server knows. Told once of each peer. */
      readonly type: "unrecognised";
      readonly endpoint: string;
      readonly address: string;
      /** What it has said first. */
      readonly reason: string;
    }
  | {
      /** What was registered offers no method. */
      readonly type: "nothing-offered";
      readonly reason: string;
    }
  | {
      /**
       * Something of a peer has met a mistake of this process, and the link to it was closed; or what
       * hears of events has thrown, from which nothing follows.
       */
      readonly type: "fault";
      /** Empty where it has to do with no peer. */
      readonly endpoint: string;
      readonly address: string;
      /** Where it came to light. */
      readonly at: "message" | "connection" | "timer" | "answer" | "observer";
      readonly error: unknown;
    }
  | { readonly type: "malformed"; readonly address: string; readonly reason: string }
  /** A thread of a pool serves calls. */
  | { readonly type: "worker-ready"; readonly worker: string }
  /** A thread of a pool is gone, and with it the calls that it had begun with. */
  | {
      readonly type: "worker-ended";
      readonly worker: string;
      readonly error: unknown;
      /** After how long another one is started in its place, in ms. */
      readonly restartMs: number;
    }
  | { readonly type: "draining" | "closed" };

/** Hears of everything that happens. What it throws goes no further; it hears of it as a `fault`. */
export type Observer = (event: RpcEvent) => void;
