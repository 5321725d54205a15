import { exposed } from "zerocall/zrpc";

export class TestServer {
  /** Gives back its own name and the arguments. */
  @exposed
  func(arg: unknown, kwarg: unknown = null): [string, unknown, unknown] {
    return ["func", arg, kwarg];
  }
}
