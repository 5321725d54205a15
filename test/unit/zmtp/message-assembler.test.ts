import { expect, test } from "vitest";
import { MessageAssembler } from "../../../src/zmtp/message-assembler.ts";
import { ascii } from "../../support/zmtp.ts";

const limits = { maxMessageBytes: 10, maxFrames: 3 };

test("gives a message with its last frame", () => {
  const assembler = new MessageAssembler(limits);
  expect(assembler.push(false, ascii("a"))).toEqual([ascii("a")]);
  expect(assembler.push(true, ascii("bc"))).toBeUndefined();
  expect(assembler.push(true, ascii(""))).toBeUndefined();
  expect(assembler.heldBytes).toBe(2);
  expect(assembler.push(false, ascii("d"))).toEqual([ascii("bc"), ascii(""), ascii("d")]);
  expect(assembler.heldBytes).toBe(0);
});

test("counts octets over all frames of a message, and from the start again for the next", () => {
  const assembler = new MessageAssembler(limits);
  assembler.admit(10);
  expect(() => assembler.admit(11)).toThrow(
    expect.objectContaining({
      code: "ZMTP_MESSAGE_TOO_LARGE",
      message:
        "expected a message within maxMessageBytes (maxMessageSize of a socket), got 11 octets where 10 are allowed",
    }),
  );
  assembler.push(true, ascii("12345"));
  expect(() => assembler.admit(6)).toThrow("got 11 octets");
  assembler.push(false, ascii("12345"));
  assembler.admit(10);
});

test("counts frames anew for every message", () => {
  const assembler = new MessageAssembler(limits);
  for (let i = 0; i < 10; i++) {
    assembler.admit(1);
    assembler.push(true, ascii("a"));
    assembler.admit(1);
    expect(assembler.push(false, ascii("b"))).toEqual([ascii("a"), ascii("b")]);
  }
});

test("counts frames, however small", () => {
  const assembler = new MessageAssembler(limits);
  for (let i = 0; i < 3; i++) {
    assembler.admit(0);
    assembler.push(true, ascii(""));
  }
  expect(() => assembler.admit(0)).toThrow(
    expect.objectContaining({ code: "ZMTP_TOO_MANY_FRAMES" }),
  );
});
