/** ZeroMQ sockets without RPC, with the names of the zeromq package. */

import { Pull, Push } from "zerocall/zeromq";

const sink = new Pull();
await sink.bind("tcp://127.0.0.1:0");
const [endpoint] = sink.endpoints;

const source = new Push();
if (endpoint !== undefined) source.connect(endpoint);
for (const word of ["frames", "make", "messages"]) await source.send(word);

for (let received = 0; received < 3; received++) {
  const [frame] = await sink.receive();
  console.log(new TextDecoder().decode(frame));
}

await source.close();
await sink.close();
