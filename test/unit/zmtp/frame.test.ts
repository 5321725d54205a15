import { expect, test } from "vitest";
import {
  checkFlags,
  COMMAND,
  LONG,
  longSizeAt,
  MORE,
  writeHeader,
} from "../../../src/zmtp/frame.ts";
import { hex } from "../../support/zmtp.ts";

function header(flags: number, size: number): Uint8Array {
  const octets = new Uint8Array(10).fill(0xaa);
  return octets.subarray(1, writeHeader(octets, 1, flags, size));
}

test.each([
  [0, 0, "00 00"],
  [MORE, 255, "01 ff"],
  [COMMAND, 5, "04 05"],
  [0, 256, "02 00 00 00 00 00 00 01 00"],
  [COMMAND, 300, "06 00 00 00 00 00 00 01 2c"],
  [MORE, 2 ** 40 + 2, "03 00 00 01 00 00 00 00 02"],
  [0, Number.MAX_SAFE_INTEGER, "02 00 1f ff ff ff ff ff ff"],
])("writes flags %i and size %i as %s", (flags, size, octets) => {
  expect(header(flags, size)).toEqual(hex(octets));
});

test("reads a long size back", () => {
  for (const size of [256, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    expect(longSizeAt(header(0, size), 1)).toBe(size);
  }
});

test.each(["00 20 00 00 00 00 00 00", "80 00 00 00 00 00 00 00", "ff ff ff ff ff ff ff ff"])(
  "refuses the size %s",
  (size) => {
    expect(() => longSizeAt(hex(size), 0)).toThrow(
      expect.objectContaining({ code: "ZMTP_FRAME_SIZE" }),
    );
  },
);

test.each([8, 16, 32, 64, 128, 0xff])("refuses the reserved flags %i", (flags) => {
  expect(() => checkFlags(flags)).toThrow(expect.objectContaining({ code: "ZMTP_RESERVED_FLAGS" }));
});

test("refuses a command with more to follow", () => {
  expect(() => checkFlags(COMMAND | MORE)).toThrow(
    expect.objectContaining({ code: "ZMTP_COMMAND_MORE" }),
  );
});

test("lets all other flags pass", () => {
  for (const flags of [0, MORE, LONG, MORE | LONG, COMMAND, COMMAND | LONG]) checkFlags(flags);
});
