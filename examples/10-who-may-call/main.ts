/** Who may call what: users with passwords, and rules by method and user. */

import { Client, RpcError, Server, withContext } from "zerocall";

const service = {
  status: () => "cool",
  math: { add: (a: number, b: number) => a + b },
  admin: { whoAmI: withContext((call) => call.peer.identity) },
};

await using server = new Server(service, {
  security: { mechanism: "plain", authenticate: { ada: "lovelace", bob: "builder" } },
  policy: {
    rules: [
      { methods: "admin.*", allow: ["ada"] },
      { methods: ["status", "math.*"], allow: "identified" },
    ],
    otherwise: "deny",
  },
});
const endpoint = await server.bind("tcp://127.0.0.1:0");

function clientOf(username: string, password: string): Client<typeof service> {
  return new Client(endpoint, { security: { mechanism: "plain", username, password } });
}

await using ada = clientOf("ada", "lovelace");
console.log(await ada.admin.whoAmI(), await ada.math.add(1, 2));

await using bob = clientOf("bob", "builder");
console.log(await bob.status(), Object.keys((await bob.inspect()).methods));
try {
  await bob.admin.whoAmI();
} catch (error) {
  if (error instanceof RpcError) console.log(`${error.code}: ${error.message}`);
}
