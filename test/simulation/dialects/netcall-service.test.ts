import { describe, expect } from "vitest";
import { encodeAscii } from "../../../src/base/text.ts";
import { JsonCodec } from "../../../src/codec/json.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { talkative } from "../../support/talkative.ts";
import { command, everything, FramePeer, frames, request, told } from "../../support/netcall.ts";
import { scenario, type World } from "../../support/rpc.ts";

const ours = { dialects: [everything()] };

/** A service of ours and a peer that speaks to it frame by frame. */
function serve(world: World, service: object): FramePeer {
  world.server(service, ours);
  return new FramePeer(world.hub, "client");
}

describe("a netcall service", () => {
  scenario("answers each request in the serializer that it came in", async (world) => {
    const peer = serve(world, { echo: (value: unknown) => value });
    await world.settle();
    for (const codec of [new JsonCodec(), new MsgpackCodec(), new PickleCodec()]) {
      const [args, kwargs] = [codec.encode([{ a: [1, "x"] }]), codec.encode({})];
      const named = codec.encode({ value: true });
      peer.send(frames("|", "1", "echo", args, kwargs, "0"));
      peer.send(frames("|", "2", "echo", codec.encode([]), named, "0"));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await world.settle();
      expect(peer.answers(codec)).toEqual([
        ["1", "OK", { a: [1, "x"] }],
        ["2", "OK", true],
      ]);
    }
    await peer.transport.close(0);
  });

  scenario("says which serializers it accepts", async (world) => {
    world.server({ echo: () => 1 }, { dialects: [netcall()] });
    const peer = new FramePeer(world.hub, "client");
    await world.settle();
    const codec = new PickleCodec();
    peer.send(frames("|", "1", "echo", codec.encode([]), codec.encode({}), "0"));
    await world.settle();
    expect(peer.answers()).toEqual([
      [
        "1",
        "FAIL",
        {
          ename: "TypeError",
          evalue:
            "expected kwargs in json or msgpack, which this service accepts, got b'\\x80\\x02}.'",
          traceback: null,
          status: "invalid_argument",
          ran: false,
        },
      ],
    ]);
    await peer.transport.close(0);
  });

  scenario("carries out commands that come together in their order", async (world) => {
    const service = told();
    const peer = serve(world, service);
    await world.settle();
    peer.send(
      request("1", "tell", []),
      command("1", "_SEND"),
      command("1", "_SEND", "a"),
      command("1", "_THROW", ["ValueError", "b"]),
      command("1", "_THROW", ["KeyError"]),
      command("1", "_THROW", "Bare"),
      command("1", "_CLOSE"),
      command("1", "_SEND"),
    );
    await world.settle();
    expect(peer.answers()).toMatchObject([
      ["1", "YIELD", null],
      ["1", "YIELD", "begun"],
      ["1", "YIELD", "a"],
      ["1", "YIELD", "caught ValueError: b"],
      ["1", "YIELD", "caught KeyError: "],
      ["1", "YIELD", "caught Bare: "],
      ["1", "FAIL", { ename: "GeneratorExit", evalue: "", traceback: null }],
      ["1", "FAIL", { ename: "ValueError", evalue: "no corresponding generator (req_id=b'1')" }],
    ]);
    expect(service.log).toEqual(["a", "closed"]);
    await peer.transport.close(0);
  });

  scenario("keeps calls of the same id apart by their way back", async (world) => {
    const peer = serve(world, {
      *count(from: number) {
        yield from;
      },
    });
    await world.settle();
    const via = (hop: string, message: readonly Uint8Array[]) => [encodeAscii(hop), ...message];
    peer.send(
      via("x", request("1", "count", [10])),
      via("y", request("1", "count", [20])),
      via("x", command("1", "_SEND")),
      via("y", command("1", "_SEND")),
    );
    await world.settle();
    const [, , x, y] = peer
      .take()
      .filter((message) => String.fromCharCode(...(message[3] ?? [])) !== "ACK");
    expect(x).toEqual(frames("x", "|", "1", "YIELD", "10"));
    expect(y).toEqual(frames("y", "|", "1", "YIELD", "20"));
    await peer.transport.close(0);
  });

  scenario("throws into the generator what came as a pickled exception", async (world) => {
    const peer = serve(world, told());
    const codec = new PickleCodec();
    const say = (name: string, payload: Uint8Array) =>
      peer.send(frames("|", "1", name, payload, codec.encode(null), "0"));
    await world.settle();
    peer.send(frames("|", "1", "tell", codec.encode([]), codec.encode({}), "0"));
    say("_SEND", codec.encode(null));
    say("_THROW", encodeAscii("(S'KeyError'\ncexceptions\nKeyError\n(S'x'\ntRl."));
    say("_THROW", encodeAscii("P1\n."));
    await world.settle();
    const text = "an exception that came as a pickled object, whose text is not read";
    expect(peer.answers(codec).map(([, , value]) => value)).toEqual([
      null,
      "begun",
      `caught KeyError: ${text}`,
      `caught Exception: ${text}`,
    ]);
    await peer.transport.close(0);
  });

  scenario(
    "sends nothing but the acknowledgement when the result is to be ignored",
    async (world) => {
      const service = talkative();
      const peer = serve(world, {
        ...service,
        fail: () => {
          throw new Error("unseen");
        },
      });
      await world.settle();
      for (const name of ["count", "fail", "nothing"]) {
        peer.send([...request(name, name, [3]).slice(0, 5), encodeAscii("1")]);
      }
      peer.send(frames("|", "bad", "count", "not json", "{}", "1"));
      await world.settle();
      expect(peer.heard).toHaveLength(4);
      expect(peer.answers()).toEqual([]);
      await peer.transport.close(0);
    },
  );
});
