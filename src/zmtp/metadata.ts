/**
 * Properties: what each side tells about itself at the end of the handshake.
 *
 * Spec: RFC 37 (ZMTP 3.1), "The NULL Security Mechanism" and "Connection Metadata".
 *
 *     octet  0      size of the name, 1 to 255
 *     octets 1-n    name: letters, digits, "-", "_", ".", "+"
 *     4 octets      size of the value, big-endian, below 2^31
 *     rest          value
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { OctetReader } from "../base/octet-reader.ts";
import { OctetWriter } from "../base/octet-writer.ts";
import { decodeAscii, encodeAscii, printable } from "../base/text.ts";
import { ZmtpError } from "./errors.ts";
import { announcesIdentity, arePeers, isSocketType, type SocketType } from "./socket-type.ts";

/** The longest routing id. */
export const MAX_ROUTING_ID_BYTES = 255;

const MAX_NAME_BYTES = 255;
const NAME = /^[A-Za-z0-9._+-]+$/;

const NOTHING = new Uint8Array(0);

/** Properties by lower-case name. */
export type Metadata = ReadonlyMap<string, Uint8Array>;

/** What a side tells about itself. */
export interface LocalMetadata {
  readonly socketType: SocketType;
  /** Announced by the types that have an identity, there even when empty. */
  readonly routingId: Uint8Array;
  /** Further properties, in this order behind the two that ZMTP defines. */
  readonly extra: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes properties in the order and with the names of libzmq.
 *
 * @throws {UsageError} `USAGE_OPTION` when a routing id or a name cannot be written
 */
export function encodeMetadata(local: LocalMetadata): Uint8Array {
  if (local.routingId.length > MAX_ROUTING_ID_BYTES) {
    throw new UsageError(
      "USAGE_OPTION",
      `expected a routing id of at most ${MAX_ROUTING_ID_BYTES} octets, got ${local.routingId.length}`,
    );
  }
  const writer = new OctetWriter();
  writeProperty(writer, "Socket-Type", encodeAscii(local.socketType));
  if (announcesIdentity(local.socketType)) writeProperty(writer, "Identity", local.routingId);
  for (const [name, value] of local.extra) {
    if (!NAME.test(name) || name.length > MAX_NAME_BYTES || isDefined(name)) {
      throw new UsageError("USAGE_OPTION", `expected the name of a property, got "${name}"`);
    }
    writeProperty(writer, name, value);
  }
  return writer.finish();
}

function isDefined(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === "socket-type" || lower === "identity";
}

function writeProperty(writer: OctetWriter, name: string, value: Uint8Array): void {
  writer.u8(name.length).octets(encodeAscii(name)).u32(value.length).octets(value);
}

/**
 * Reads properties. The values are copies, since they live as long as the connection.
 *
 * @throws {ZmtpError} `ZMTP_METADATA` when one is cut off, has a bad name, or comes twice
 */
export function decodeMetadata(octets: Uint8Array): Metadata {
  const reader = new OctetReader(octets);
  const metadata = new Map<string, Uint8Array>();
  for (let nameBytes = reader.u8(); nameBytes !== undefined; nameBytes = reader.u8()) {
    const name = takeName(reader, nameBytes);
    const valueBytes = reader.u32();
    const value = valueBytes === undefined ? undefined : reader.octets(valueBytes);
    if (value === undefined) {
      throw new ZmtpError("ZMTP_METADATA", `a property "${name}" that is cut off`);
    }
    if (metadata.has(name)) throw new ZmtpError("ZMTP_METADATA", `the property "${name}" twice`);
    metadata.set(name, value.slice());
  }
  return metadata;
}

function takeName(reader: OctetReader, nameBytes: number): string {
  const name = reader.octets(nameBytes);
  if (name === undefined) throw new ZmtpError("ZMTP_METADATA", "a name that is cut off");
  const text = decodeAscii(name);
  if (!NAME.test(text)) {
    throw new ZmtpError("ZMTP_METADATA", `a property with the name "${printable(name)}"`);
  }
  return text.toLowerCase();
}

/** What ZMTP itself reads from a peer's properties. */
export interface PeerIdentity {
  readonly socketType: SocketType;
  /** Empty if none was announced. */
  readonly routingId: Uint8Array;
}

/**
 * Checks a peer's properties against our socket type.
 *
 * @throws {ZmtpError} `ZMTP_SOCKET_TYPE`, `ZMTP_METADATA` for a routing id that is too long
 */
export function identifyPeer(metadata: Metadata, local: SocketType): PeerIdentity {
  const announced = metadata.get("socket-type");
  if (announced === undefined) throw new ZmtpError("ZMTP_SOCKET_TYPE", `none for ${local}`);
  const socketType = decodeAscii(announced);
  if (!isSocketType(socketType) || !arePeers(local, socketType)) {
    throw new ZmtpError("ZMTP_SOCKET_TYPE", `"${printable(announced)}" for ${local}`);
  }
  const routingId = metadata.get("identity") ?? NOTHING;
  if (routingId.length > MAX_ROUTING_ID_BYTES) {
    throw new ZmtpError("ZMTP_METADATA", `a routing id of ${routingId.length} octets`);
  }
  return { socketType, routingId };
}
