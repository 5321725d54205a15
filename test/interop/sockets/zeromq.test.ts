/**
 * Our sockets against libzmq, through the `zeromq` package: every pair of types, over tcp and ipc,
 * with either side bound.
 */

import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import * as theirs from "zeromq";
import * as ours from "../../../src/node/zeromq.ts";
import {
  type AnySocket,
  CONVERSATIONS,
  type Receiver,
  type Sender,
  type Side,
} from "../../support/conversations.ts";
import { freshFolder } from "../../support/ipc.ts";
import { within } from "../../support/within.ts";

const opened: AnySocket[] = [];

function make(library: "ours" | "theirs", type: Side, id: string): AnySocket & Sender & Receiver {
  // Receiving and sending is checked by the table: no type is asked for what it cannot do.
  const options = type === "Router" ? { routingId: id, mandatory: true } : {};
  const from = (library === "ours" ? ours : theirs) as unknown as Record<
    Side,
    new (options: object) => AnySocket & Sender & Receiver
  >;
  const socket = new from[type]({ ...options, linger: 0 });
  opened.push(socket);
  return socket;
}

afterEach(async () => {
  for (const socket of opened.splice(0)) await socket.close();
});

const cases = Object.entries(CONVERSATIONS).flatMap(([name, conversation]) =>
  (["tcp", "ipc"] as const).flatMap((scheme) =>
    (["near", "far"] as const).flatMap((bound) =>
      (["near", "far"] as const).map((own) => ({ name, conversation, scheme, bound, own })),
    ),
  ),
);

describe("against libzmq", () => {
  test.each(cases)(
    "$name talk over $scheme, $bound side bound, $own side ours",
    async ({ conversation, scheme, bound, own }) => {
      using folder = freshFolder();
      const near = make(own === "near" ? "ours" : "theirs", conversation.near, "near");
      const far = make(own === "far" ? "ours" : "theirs", conversation.far, "far");
      const [binder, connector] = bound === "near" ? [near, far] : [far, near];
      await binder.bind(scheme === "tcp" ? "tcp://127.0.0.1:0" : `ipc://${join(folder.path, "s")}`);
      connector.connect(binder.lastEndpoint ?? "");
      await within(conversation.talk(near, far), "end of the conversation", 20_000);
      expect(binder.lastEndpoint).toMatch(new RegExp(`^${scheme}://`, "u"));
    },
  );
});
