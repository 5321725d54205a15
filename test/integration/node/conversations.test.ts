/** Our sockets with each other: every pair of types, over every transport, with either side bound. */

import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import * as zeromq from "../../../src/node/zeromq.ts";
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

function make(type: Side, routingId: string): AnySocket & Sender & Receiver {
  const options = type === "Router" ? { routingId, mandatory: true } : {};
  const socket = new (
    zeromq as unknown as Record<Side, new (options: object) => AnySocket & Sender & Receiver>
  )[type]({ ...options, linger: 0 });
  opened.push(socket);
  return socket;
}

afterEach(async () => {
  for (const socket of opened.splice(0)) await socket.close();
});

const cases = Object.entries(CONVERSATIONS).flatMap(([name, conversation]) =>
  (["tcp", "ipc", "inproc"] as const).flatMap((scheme) =>
    (["near", "far"] as const).flatMap((bound) =>
      (["bind", "connect"] as const).map((first) => ({ name, conversation, scheme, bound, first })),
    ),
  ),
);

describe("our own sockets", () => {
  test.each(cases)(
    "$name talk over $scheme, $bound side bound, $first first",
    async ({ name, conversation, scheme, bound, first }) => {
      using folder = freshFolder();
      const near = make(conversation.near, "near");
      const far = make(conversation.far, "far");
      const [binder, connector] = bound === "near" ? [near, far] : [far, near];
      const endpoint = {
        tcp: "tcp://127.0.0.1:0",
        ipc: `ipc://${join(folder.path, "s")}`,
        inproc: `inproc://${name}`,
      }[scheme];
      // Only a name that is known beforehand can be connected first.
      if (first === "connect" && scheme !== "tcp") {
        connector.connect(endpoint);
        await binder.bind(endpoint);
      } else {
        await binder.bind(endpoint);
        connector.connect(binder.lastEndpoint ?? "");
      }
      await within(conversation.talk(near, far), "end of the conversation", 20_000);
      expect(binder.lastEndpoint).toMatch(new RegExp(`^${scheme}://`, "u"));
    },
  );
});
