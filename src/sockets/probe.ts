/**
 * The empty message that tells a ROUTER that a peer is there.
 *
 * Spec: the manual page zmq_setsockopt(3), ZMQ_PROBE_ROUTER.
 *
 * @module
 */

import type { Message } from "./pipe.ts";

/** One empty frame. */
export const PROBE: Message = [new Uint8Array(0)];
