import { expect, test } from "vitest";
import { SocketEvents } from "../../../src/sockets/socket-events.ts";
import { handshakeFailure } from "../../../src/sockets/socket-event.ts";
import { ZmtpError } from "../../../src/zmtp/errors.ts";

test("hands events to those who listen to their name, and to those who listen to all", () => {
  const events = new SocketEvents();
  const heard: string[] = [];
  const bind = ({ address }: { readonly address: string }): number => heard.push(`bind ${address}`);
  events.on("bind", bind).on("bind", bind);
  events.on("*", ({ type }) => heard.push(`* ${type}`));
  events.emit({ type: "bind", address: "a" });
  events.emit({ type: "end" });
  events.off("bind", bind).off("close", bind);
  events.emit({ type: "bind", address: "b" });
  expect(heard).toEqual(["bind a", "* bind", "* end", "* bind"]);
});

test("a listener that throws disturbs neither others nor who tells, and is told of", () => {
  const events = new SocketEvents();
  const heard: unknown[] = [];
  const error = new Error("a mistake of a listener");
  const fail = (): never => {
    throw error;
  };
  events.on("bind", fail).on("listener:error", fail);
  events.on("*", (event) => heard.push(event));
  events.emit({ type: "bind", address: "a" });
  events.emit({ type: "end" });
  expect(heard).toEqual([
    { type: "listener:error", at: "bind", error },
    { type: "bind", address: "a" },
    { type: "end" },
  ]);
});

test.each([
  [new ZmtpError("ZMTP_PEER_ERROR", "400"), "handshake:error:auth"],
  [new ZmtpError("ZMTP_NOT_ZMTP", "HTTP"), "handshake:error:protocol"],
  [new ZmtpError("ZMTP_HANDSHAKE_TIMEOUT", "nothing"), "handshake:error:other"],
  [new Error("gone"), "handshake:error:other"],
])("a handshake that failed with %s is told as %s", (error, type) => {
  expect(handshakeFailure("tcp://a:1", error)).toEqual({ type, address: "tcp://a:1", error });
});
