import { describe } from "vitest";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { json, msgpack, pickle } from "../../../src/dialects/netcall/serializer.ts";
import { checkDialect, type Cannot } from "../../support/dialect-suite.ts";

const CANNOT: Cannot = {
  cancellation: "only generators can be closed",
  deadlines: "requests have no room for them",
  headers: "requests have no room for them",
  "input streams": "requests have no room for them",
};

describe("netcall in json", () => {
  checkDialect(() => netcall({ serializers: [json()] }), {
    ...CANNOT,
    octets: "JSON writes them as text in base64",
  });
});

describe("netcall in msgpack", () => {
  checkDialect(() => netcall({ serializers: [msgpack()] }), CANNOT);
});

describe("netcall in pickle", () => {
  checkDialect(() => netcall({ serializers: [pickle()] }), CANNOT);
});
