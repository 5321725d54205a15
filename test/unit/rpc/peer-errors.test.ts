import { describe, expect, test } from "vitest";
import { ProtocolError, ZerocallError } from "../../../src/base/errors.ts";
import type { ClientCall } from "../../../src/rpc/client-call.ts";
import type { DialectTraits } from "../../../src/rpc/dialect.ts";
import { type Failure, RpcError } from "../../../src/rpc/errors.ts";
import { fateOf, peerFailed, peerGone } from "../../../src/rpc/peer-errors.ts";

const request = { method: "add" };
const call = { request, mayHaveRun: false } as ClientCall;
const sentCall = { request, mayHaveRun: true } as ClientCall;

describe("the error of a lost peer", () => {
  test("says whether the call may have run", () => {
    const reset = new ZerocallError("TRANSPORT_RESET", "connection reset");
    const sent = peerGone(sentCall, "tcp://h:1", reset);
    expect(sent).toMatchObject({ code: "unavailable", mayHaveRun: true, cause: reset });
    expect(sent.message).toBe("the peer at tcp://h:1 is gone; the call may have run");
    const kept = peerGone(call, "tcp://h:1", undefined);
    expect(kept).toMatchObject({ mayHaveRun: false, method: "add" });
    expect(kept.message).toBe("the peer at tcp://h:1 is gone; the call was not sent");
  });

  test("names the rule that the peer broke, such as a limit", () => {
    const broken = new ProtocolError("ZMTP_MESSAGE_TOO_LARGE", "expected 5 octets, got 6");
    expect(peerGone(sentCall, "tcp://h:1", broken).message).toBe(
      "the peer at tcp://h:1 is gone; the call may have run: expected 5 octets, got 6",
    );
  });
});

describe("what a peer says of a call", () => {
  const refusal = { status: "unimplemented", name: "NameError", message: "no", mayHaveRun: false };

  test("is taken as it is, and does not speak for the peer that had the call before", () => {
    expect(peerFailed(call, refusal as Failure)).toMatchObject({ mayHaveRun: false });
    expect(peerFailed(sentCall, refusal as Failure)).toMatchObject({
      status: "unimplemented",
      mayHaveRun: true,
    });
  });
});

describe("the fate of a call whose connection is lost", () => {
  const traits = {} as DialectTraits;
  const of = (asked: object, more: object = {}): ClientCall =>
    ({
      lost: undefined,
      request: { idempotent: false, options: undefined, ...asked },
      ...more,
    }) as ClientCall;

  test("is to be sent again if it never left, may run twice, or its protocol sends again", () => {
    expect(fateOf(of({}), false, traits)).toBe("repeat");
    expect(fateOf(of({ idempotent: true }), true, traits)).toBe("repeat");
    expect(fateOf(of({}), true, { resends: 10 } as DialectTraits)).toBe("repeat");
  });

  test("is to be asked for if it has an id, also when asking was cut short, and else to fail", () => {
    const lost = new RpcError("unavailable", "gone");
    expect(fateOf(of({ options: { requestId: "a" } }), true, traits)).toBe("ask");
    expect(fateOf(of({ options: { requestId: "a" } }, { lost }), false, traits)).toBe("ask");
    expect(fateOf(of({}), true, traits)).toBe("fail");
  });
});
