/**
 * gRPC: `@grpc/grpc-js` with messages of `bench.proto`, on one HTTP/2 connection.
 *
 * @module
 */

import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  type requestCallback,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  type ServerUnaryCall,
  type sendUnaryData,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Load, Peer, Serving } from "../contract.ts";

const PROTO = fileURLToPath(new URL("../../rivals/bench.proto", import.meta.url));
const MAX_BYTES = 16 * 1024 * 1024;

const OPTIONS = {
  "grpc.max_receive_message_length": MAX_BYTES,
  "grpc.max_send_message_length": MAX_BYTES,
};

interface Body {
  readonly octets: Uint8Array;
}

interface Sum {
  readonly value: number;
}

function benchService(): ServiceClientConstructor {
  const { bench } = loadPackageDefinition(loadSync(PROTO)) as unknown as {
    bench: { Bench: ServiceClientConstructor };
  };
  return bench.Bench;
}

async function streamTo(call: ServerWritableStream<{ to: number }, { n: number }>): Promise<void> {
  for (let n = 0; n < call.request.to; n++) {
    if (!call.write({ n })) await once(call, "drain");
  }
  call.end();
}

async function serve(): Promise<Serving> {
  const server = new Server(OPTIONS);
  server.addService(benchService().service, {
    add: (call: ServerUnaryCall<{ a: number; b: number }, Sum>, answer: sendUnaryData<Sum>) =>
      answer(null, { value: call.request.a + call.request.b }),
    echo: (call: ServerUnaryCall<Body, Body>, answer: sendUnaryData<Body>) =>
      answer(null, call.request),
    count: (call: ServerWritableStream<{ to: number }, { n: number }>) => void streamTo(call),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { endpoint: `127.0.0.1:${port}`, close: async () => server.forceShutdown() };
}

/** The methods that the client has been given by the definition. */
interface Methods {
  add(pair: { a: number; b: number }, answer: requestCallback<Sum>): void;
  echo(body: Body, answer: requestCallback<Body>): void;
  count(limit: { to: number }): ClientReadableStream<{ n: number }>;
  close(): void;
}

/** gRPC. */
export const peer: Peer = {
  title: "gRPC (grpc-js)",
  serve,
  connect: async (endpoint, events) => {
    const Bench = benchService();
    const client = new Bench(endpoint, credentials.createInsecure(), OPTIONS) as unknown as Methods;
    const answered = (error: Error | null): void => {
      if (error === null) events.answered();
      else events.failed(error);
    };
    const load: Load = {
      call: () => client.add({ a: 20, b: 22 }, answered),
      echo: (octets) => client.echo({ octets }, answered),
      stream: (count) =>
        new Promise((resolve, reject) => {
          let items = 0;
          const stream = client.count({ to: count });
          stream.on("data", () => {
            items++;
          });
          stream.on("end", () => resolve(items));
          stream.on("error", reject);
        }),
      check: () =>
        new Promise((resolve, reject) => {
          client.add({ a: 20, b: 22 }, (error, sum) => {
            if (sum?.value === 42) resolve();
            else reject(error ?? new Error(`expected 42, got ${String(sum?.value)}`));
          });
        }),
      close: async () => client.close(),
    };
    return load;
  },
};
