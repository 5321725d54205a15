/**
 * Node as the sockets see it.
 *
 * @module
 */

import { InprocHub } from "../sockets/inproc.ts";
import type { SocketPlatform } from "../sockets/socket-core.ts";
import { nodeClock } from "./clock.ts";
import { curveCrypto } from "./curve-crypto.ts";
import { ipcTransport } from "./ipc.ts";
import { tcpTransport } from "./tcp.ts";

/** What sockets need, from Node. */
export const nodePlatform: SocketPlatform = {
  transports: { tcp: tcpTransport, ipc: ipcTransport },
  inproc: new InprocHub(),
  curve: curveCrypto,
  clock: nodeClock,
  random: Math.random,
  allocate: (bytes) => {
    const { buffer, byteOffset } = Buffer.allocUnsafeSlow(bytes);
    return new Uint8Array(buffer, byteOffset, bytes);
  },
  // After the promise reactions of the turn, so that what they send leaves in the same write.
  endOfTurn: (task) => {
    process.nextTick(task);
  },
};
