/** An object as a service, called from a program and from the shell. */

import { Client, Server } from "zerocall";
import { Shell } from "../../../shell.ts";
import { Cooler } from "./cooler.ts";

await using server = new Server(new Cooler());
const endpoint = await server.bind("tcp://127.0.0.1:0");

await using client = new Client<Cooler>(endpoint);
console.log(await client.add42(1));
console.log(await client.addMan("I own a mint-condition Volkswagen Golf"));

await using shell = new Shell();
shell.show(endpoint, "tcp://localhost:4242");
await shell.run("-j", endpoint, "add42", "1");
await shell.run(endpoint, "addMan", "I own a mint-condition Volkswagen Golf");
await shell.run(endpoint, "boat", "I own a mint-condition Volkswagen Golf, man!");
