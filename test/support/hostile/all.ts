/** Hostile peers of every dialect. */

import { jsonrpcTongue } from "./jsonrpc.ts";
import { multicallTongue } from "./multicall.ts";
import { netcallTongue } from "./netcall.ts";
import type { Tongue } from "./tongue.ts";
import { zerorpcTongue } from "./zerorpc.ts";
import { zrpcTongue } from "./zrpc.ts";

/** All five. */
export const TONGUES: readonly Tongue[] = [
  zerorpcTongue,
  jsonrpcTongue,
  netcallTongue,
  zrpcTongue,
  multicallTongue,
];
