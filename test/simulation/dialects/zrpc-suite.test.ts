/** The suite of all dialects, with zrpc. */

import { describe } from "vitest";
import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
import { checkDialect } from "../../support/dialect-suite.ts";

describe("zrpc", () => {
  checkDialect(() => zrpc(), {
    "structured errors": "an error is one text of class and message",
    cancellation: "a request cannot be taken back",
    deadlines: "a request does not say how long its caller waits",
    headers: "a request has no place for them",
    streams: "a request has one answer",
    "two-way generators": "a request has one answer",
    "input streams": "a request is one message",
    "one-way calls": "every request is answered",
  });
});
