/** A class becomes a service, and its type alone types the client. */

import { Client, Server } from "zerocall";

class Cooler {
  /** End a sentence with ", man!" to make it sound cooler. */
  addMan(sentence: string): string {
    return `${sentence}, man!`;
  }

  add42(n: number): number {
    return n + 42;
  }
}

await using server = new Server(new Cooler());
const endpoint = await server.bind("tcp://127.0.0.1:0");

await using cooler = new Client<Cooler>(endpoint);
console.log(await cooler.addMan("it works"));
console.log(await cooler.add42(1));
