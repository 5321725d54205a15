import { beforeEach, describe, expect, test } from "vitest";
import type { ItemBundle } from "../../../src/rpc/dialect.ts";
import { gathersItems, ItemSender } from "../../../src/rpc/item-sender.ts";
import type { OutgoingMessage } from "../../../src/rpc/packet.ts";
import type { Gathering, Link } from "../../../src/rpc/transport.ts";

/** Items are texts of as many octets as letters, and messages show where each ended. */
class TextBundle implements ItemBundle {
  #items: string[] = [];
  get count(): number {
    return this.#items.length;
  }
  get octets(): number {
    return this.#items.join("").length;
  }
  add(value: unknown): void {
    if (typeof value !== "string") throw new TypeError("no text");
    this.#items.push(value);
  }
  take(): OutgoingMessage {
    return [Buffer.from(this.#items.splice(0).join(","))];
  }
  takeEarlier(): OutgoingMessage {
    return [Buffer.from(this.#items.splice(0, this.count - 1).join(","))];
  }
  discard(): void {
    this.#items = [];
  }
}

let sent: string[] = [];
let gatherings: Gathering[] = [];

function linkOf(more: Partial<Link> = {}): Link {
  return {
    id: 1,
    endpoint: "",
    address: "",
    socketType: "",
    full: false,
    sentMessages: 0,
    beforeLeaving: (gathering) => gatherings.push(gathering),
    send: () => expect.unreachable(),
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
    ...more,
  };
}

function senderOver(link: Link = linkOf(), bundle: ItemBundle = new TextBundle()): ItemSender {
  return new ItemSender(bundle, link, "method", (message) => {
    sent.push(String(message[0]));
  });
}

function endTurn(): void {
  for (const gathering of gatherings.splice(0)) gathering.flush();
}

beforeEach(() => {
  sent = [];
  gatherings = [];
});

describe("items of one turn", () => {
  test("leave in one message at its end", () => {
    const sender = senderOver();
    for (const item of ["a", "b", "c"]) sender.add(item);
    expect(sent).toEqual([]);
    expect(gatherings).toHaveLength(1);
    endTurn();
    sender.add("d");
    endTurn();
    expect(sent).toEqual(["a,b,c", "d"]);
  });

  test("are written before it when they are many, each time twice as many", () => {
    let written = 0;
    const sender = senderOver(
      linkOf({
        writeNow: () => {
          written = sent.length;
        },
      }),
    );
    for (let i = 0; i < 4000; i++) sender.add("x");
    const itemsOf = (message: string): number => message.split(",").length;
    expect(sent.map(itemsOf)).toEqual([64, 128, 256, 512, 1024, 1024]);
    expect(written).toBe(6);
    endTurn();
    expect(sent.map(itemsOf).at(-1)).toBe(4000 - 3008);
    for (let i = 0; i < 64; i++) sender.add("x");
    expect(sent.map(itemsOf).at(-1)).toBe(64);
  });

  test("leave before it when they are long", () => {
    const sender = senderOver();
    for (let i = 0; i < 17; i++) sender.add("x".repeat(1000));
    expect(sent.map((message) => message.split(",").length)).toEqual([17]);
    endTurn();
    expect(sent).toHaveLength(1);
  });

  test("leave when something else is to be said, and not again", () => {
    const sender = senderOver();
    sender.add("a");
    sender.flush();
    expect(sent).toEqual(["a"]);
    endTurn();
    expect(sent).toEqual(["a"]);
  });

  test("are forgotten together", () => {
    const sender = senderOver();
    sender.add("a");
    sender.discard();
    endTurn();
    expect(sent).toEqual([]);
  });

  test("are none any more when one of them has ended the stream", () => {
    class EndingBundle extends TextBundle {
      override add(value: unknown): void {
        if (value === "the end") sender.discard();
        super.add(value);
      }
    }
    const sender: ItemSender = senderOver(linkOf(), new EndingBundle());
    sender.add("a");
    sender.add("the end");
    endTurn();
    sender.flush();
    expect(sent).toEqual([]);
  });

  test("stay when one more cannot be written", () => {
    const sender = senderOver();
    sender.add("a");
    expect(() => sender.add(5)).toThrow("no text");
    endTurn();
    expect(sent).toEqual(["a"]);
  });
});

describe("a large item", () => {
  const large = "x".repeat(1025);

  test("leaves by itself behind those before it", () => {
    const sender = senderOver();
    for (const item of ["a", "b", large]) sender.add(item);
    expect(sent).toEqual(["a,b", large]);
    expect(sender.large).toBe(true);
  });

  test("has others expected to be large until one is not", () => {
    const sender = senderOver();
    sender.add(large);
    expect(sent).toEqual([large]);
    sender.sentAlone([Buffer.from(large)]);
    expect(sender.large).toBe(true);
    sender.sentAlone([[Buffer.from("head"), Buffer.from("small")]]);
    expect(sender.large).toBe(false);
  });

  test("is refused when it is larger than a message may be, behind those before it", () => {
    const sender = senderOver(linkOf({ maxMessageOctets: 64 * 1024 }));
    sender.add("a");
    expect(() => sender.add("x".repeat(64 * 1024 + 1))).toThrow(
      /at most maxMessageSize = 65536 octets, got 65537/,
    );
    expect(sent).toEqual(["a"]);
  });
});

test.each([
  ["that tells of the end of a turn", {}, true],
  ["whose messages leave by themselves", { beforeLeaving: undefined }, false],
  ["that takes 64 KiB", { maxMessageOctets: 64 * 1024 }, true],
  ["that takes less", { maxMessageOctets: 64 * 1024 - 1 }, false],
])("gathers for a link %s: %#", (_, more, expected) => {
  const { beforeLeaving, ...link } = linkOf();
  const changed = "beforeLeaving" in more ? link : { ...link, beforeLeaving, ...more };
  expect(gathersItems(changed as Link)).toBe(expected);
});
