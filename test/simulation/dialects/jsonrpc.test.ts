import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { checkDialect } from "../../support/dialect-suite.ts";

const none = "a request is method, params and id, and nothing else";
const answers = "one request has one answer";

checkDialect(jsonrpc, {
  octets: "JSON has none; they become base64",
  "structured errors": "there is one place, data: details go first, and cause has none beside them",
  cancellation: none,
  deadlines: none,
  headers: none,
  streams: answers,
  "two-way generators": answers,
  "input streams": answers,
});
