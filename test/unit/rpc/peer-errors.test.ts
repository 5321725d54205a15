import { describe, expect, test } from "vitest";
import { ProtocolError, ZerocallError } from "../../../src/base/errors.ts";
import type { ClientCall } from "../../../src/rpc/client-call.ts";
import { peerGone } from "../../../src/rpc/peer-errors.ts";

const call = { request: { method: "add" } } as ClientCall;

describe("the error of a lost peer", () => {
  test("says whether the call may have run", () => {
    const reset = new ZerocallError("TRANSPORT_RESET", "connection reset");
    const sent = peerGone(call, "tcp://h:1", true, reset);
    expect(sent).toMatchObject({ code: "unavailable", mayHaveRun: true, cause: reset });
    expect(sent.message).toBe("the peer at tcp://h:1 is gone; the call may have run");
    const kept = peerGone(call, "tcp://h:1", false, undefined);
    expect(kept).toMatchObject({ mayHaveRun: false, method: "add" });
    expect(kept.message).toBe("the peer at tcp://h:1 is gone; the call was not sent");
  });

  test("names the rule that the peer broke, such as a limit", () => {
    const broken = new ProtocolError("ZMTP_MESSAGE_TOO_LARGE", "expected 5 octets, got 6");
    expect(peerGone(call, "tcp://h:1", true, broken).message).toBe(
      "the peer at tcp://h:1 is gone; the call may have run: expected 5 octets, got 6",
    );
  });
});
