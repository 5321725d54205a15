import { describe, expect } from "vitest";
import { encodeAscii } from "../../../src/base/text.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { command, everything, FramePeer, frames, request, told } from "../../support/netcall.ts";
import { scenario, type World } from "../../support/rpc.ts";

const ours = { dialects: [everything()] };
const theirs = { dialect: netcall() };

/** A service of ours and a peer that speaks to it frame by frame. */
function serve(world: World, service: object): FramePeer {
  world.server(service, ours);
  return new FramePeer(world.hub, "client");
}

describe("hostile requests", () => {
  scenario("are answered with a failure, and the others are served", async (world) => {
    const peer = serve(world, { echo: (value: unknown) => value });
    const other = world.client(theirs);
    await world.settle();
    const bad: readonly (readonly (string | Uint8Array)[])[] = [
      ["nonsense", "{}", "0"],
      ["[1]", "nonsense", "0"],
      ["[1]", "null", "0"],
      ["[1]", "[]", "0"],
      ["null", "{}", "0"],
      ["5", "{}", "0"],
      ["[1]", "{}", "zero"],
      ["[1]", "{}", "0".repeat(100)],
      ["[1]", '{"__proto__":1}', "0"],
      ['[{"__proto__":1}]', "{}", "0"],
      ["[".repeat(1000), "{}", "0"],
      [`[${"9".repeat(5000)}]`, "{}", "0"],
      [encodeAscii("cos\nsystem\n(S'id'\ntR."), encodeAscii("}."), "0"],
      [encodeAscii("(I1\nt."), encodeAscii("(cos\nsystem\n."), "0"],
      [Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff), Uint8Array.of(0x80), "0"],
      [Uint8Array.of(0x90), Uint8Array.of(0x81, 0x01, 0x01), "0"],
      ["[1]", "", "0"],
      ["[1]", "{}"],
    ];
    bad.forEach((parts, index) => peer.send(frames("|", String(index), "echo", ...parts)));
    await world.settle();
    const answers = peer.answers();
    expect(answers.map(([id]) => id)).toEqual(bad.map((_, index) => String(index)));
    expect(answers).toEqual(
      bad.map(() => [
        expect.any(String),
        "FAIL",
        expect.objectContaining({ ename: "TypeError", status: "invalid_argument", ran: false }),
      ]),
    );
    const fine = other.call("echo", 1);
    await world.settle();
    expect(await fine).toBe(1);
    await peer.transport.close(0);
  });

  scenario("that cannot be answered are dropped and reported", async (world) => {
    const { events } = world.server({ echo: (value: unknown) => value }, ours);
    const peer = new FramePeer(world.hub, "client");
    await world.settle();
    peer.send(
      request("1", "echo", ["recognised"]),
      frames("no", "boundary", "at", "all", "here"),
      frames("|"),
      frames("|", "1", "echo", "[]"),
      frames("1", "2", "3", "|", "4"),
      frames("|", "1", Uint8Array.of(0xff), "[]", "{}", "0"),
      frames("|", new Uint8Array(1025), "echo", "[]", "{}", "0"),
      frames("h".repeat(256), "|", "1", "echo", "[]", "{}", "0"),
      frames(...Array.from({ length: 17 }, () => "h"), "|", "1", "echo", "[]", "{}", "0"),
    );
    await world.settle();
    expect(peer.answers()).toEqual([["1", "OK", "recognised"]]);
    expect(events.filter(({ type }) => type === "malformed")).toHaveLength(8);
    await peer.transport.close(0);
  });

  scenario("to a generator end it", async (world) => {
    const service = told();
    const peer = serve(world, service);
    await world.settle();
    peer.send(
      request("1", "tell", []),
      command("1", "_SEND"),
      frames("|", "1", "_SEND", "nonsense", "null", "0"),
      request("2", "tell", []),
      frames("|", "2", "_SEND", "x"),
      frames("|", "2", "_SEND", "1", "x"),
    );
    await world.settle();
    expect(peer.answers()).toMatchObject([
      ["1", "YIELD", null],
      ["1", "YIELD", "begun"],
      ["1", "FAIL", { ename: "TypeError" }],
      ["2", "YIELD", null],
      ["2", "FAIL", { ename: "TypeError" }],
    ]);
    expect(service.log).toEqual(["closed"]);
    await peer.transport.close(0);
  });

  scenario("of more steps than may wait end the generator", async (world) => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const peer = serve(world, {
      async *slow() {
        await gate;
        yield 1;
      },
    });
    await world.settle();
    peer.send(request("1", "slow", []));
    for (let i = 0; i < 1100; i++) peer.send(command("1", "_SEND"));
    await world.settle();
    expect(peer.answers()[1]).toMatchObject(["1", "FAIL", { status: "resource_exhausted" }]);
    release();
    await peer.transport.close(0);
  });

  scenario(
    "with the id of an open call open another, and the first ends with its peer",
    async (world) => {
      const service = told();
      const peer = serve(world, service);
      await world.settle();
      peer.send(request("1", "tell", []), command("1", "_SEND"), request("1", "tell", []));
      peer.send(command("1", "_SEND"), command("1", "_CLOSE"), command("1", "_CLOSE"));
      await world.settle();
      expect(peer.answers().map(([, type]) => type)).toEqual([
        "YIELD",
        "YIELD",
        "YIELD",
        "YIELD",
        "FAIL",
        "FAIL",
      ]);
      await peer.transport.close(0);
      await world.settle();
      expect(service.log).toEqual(["closed", "closed"]);
    },
  );
});
