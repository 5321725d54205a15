/**
 * The classes of Node that services often extend. What a service inherits from them is not offered:
 * a remote `emit`, `destroy` or `dispatchEvent` is no part of anybody's service.
 *
 * @module
 */

import { AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { Duplex, PassThrough, Readable, Stream, Transform, Writable } from "node:stream";

/** The prototypes of those classes. */
export const PLATFORM_PROTOTYPES: ReadonlySet<object> = new Set([
  AsyncResource.prototype,
  EventEmitter.prototype,
  EventTarget.prototype,
  Stream.prototype,
  Readable.prototype,
  Writable.prototype,
  Duplex.prototype,
  Transform.prototype,
  PassThrough.prototype,
]);
