/** Marked methods of an instance under a namespace, a serializer of one's own, nothing left at last. */

import { Client, exposed, Server } from "zerocall";
import { JsonCodec } from "zerocall/codec";
import { multicall } from "zerocall/dialects/multicall";

class Account {
  #balance = 0;

  @exposed
  deposit(amount: number): number {
    return this.#change(amount);
  }

  @exposed
  withdraw(amount: number, fee: number = 0): number {
    return this.#change(-amount - fee);
  }

  /** Not marked, so nobody can call it from outside. */
  reset(): void {
    this.#balance = 0;
  }

  #change(by: number): number {
    this.#balance += by;
    return this.#balance;
  }
}

// Any codec that both sides have; this one is strict JSON.
const dialect = multicall({ codec: new JsonCodec() });
await using server = new Server(undefined, { dialects: [dialect] });
server.register("bank.account", new Account(), { exposedOnly: true });
const endpoint = await server.bind("tcp://127.0.0.1:0");

await using client = new Client<{ bank: { account: Account } }>(endpoint, { dialect });
console.log(server.methods);
console.log(await client.bank.account.deposit(100));
console.log(await client.call("bank.account.withdraw", { fee: 1, amount: 20 }));
console.log(await client.bank.account.reset().catch(String));

server.unregisterAll();
console.log(server.methods);
console.log(await client.bank.account.deposit(1).catch(String));
