/** The octets on docs/protocols/zerorpc.md are events, and ours are the same. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asciiText, EventCodec } from "../../../src/dialects/zerorpc/event.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/protocols/zerorpc.md"), "utf8");
const blocks = [...page.matchAll(/^```octets\n([^]*?)^```$/gm)].map((match) => match[1] ?? "");

/** Hexadecimal pairs and quoted ASCII, with comments behind `#`. */
const NOTHING = new Uint8Array(0);

function octetsOf(block: string): Uint8Array {
  const tokens = block.replaceAll(/#.*$/gm, "").match(/"[^"]*"|\S+/g) ?? [];
  return Buffer.concat(
    tokens.map((token) =>
      token.startsWith('"') ? Buffer.from(token.slice(1, -1)) : Buffer.from(token, "hex"),
    ),
  );
}

test("there are octets on the page", () => {
  expect(blocks.length).toBeGreaterThan(7);
});

test.each(blocks)("is one whole event that we would write in the same way:\n%s", (block) => {
  const octets = octetsOf(block);
  const codec = new EventCodec(Math.random);
  const head = codec.readHead(octets);
  const args = codec.reader.value();
  expect(codec.reader.offset).toBe(octets.length);

  if (head.id === undefined) {
    codec.writeTemplate(codec.template(head.responseTo ?? NOTHING, asciiText(head.name), false));
    codec.writer.value(args);
    expect(codec.writer.finish()).toEqual(Uint8Array.from(octets));
    return;
  }
  const extra = Object.entries(head.extra ?? {});
  codec.writeHead(0, head.responseTo, extra.length);
  for (const [key, value] of extra) {
    codec.writer.text(key);
    codec.writer.value(value);
  }
  codec.writer.text(head.name);
  codec.writer.value(args);
  const ours = codec.writer.finish();
  // The octets of the event's own id are a matter of chance.
  const withoutId = (event: Uint8Array): string => Buffer.from(event.subarray(47)).toString("hex");
  expect(withoutId(ours)).toBe(withoutId(octets));
});
