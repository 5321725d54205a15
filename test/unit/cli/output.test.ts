import { Writable } from "node:stream";

import { describe, expect, it } from "vitest";

import { colorAllowed, Output, printable } from "../../../src/cli/output.ts";

/** Keeps what is written; a slow one says so until it is released. */
class Paper extends Writable {
  readonly isTTY: boolean;
  text = "";
  #release: (() => void) | undefined;
  readonly #slow: boolean;

  constructor(options: { readonly isTTY?: boolean; readonly slow?: boolean } = {}) {
    super({ highWaterMark: 4 });
    this.isTTY = options.isTTY ?? false;
    this.#slow = options.slow ?? false;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    if (this.#slow) this.#release = done;
    else done();
  }

  release(): void {
    this.#release?.();
  }
}

function output(options: { readonly isTTY?: boolean; readonly color?: boolean } = {}): {
  readonly written: Output;
  readonly stderr: Paper;
} {
  const stderr = new Paper(options);
  const stdout = new Paper(options);
  return { written: new Output({ stdout, stderr, color: options.color ?? true }), stderr };
}

describe("Output", () => {
  it("has colours on a terminal only, and only when they are allowed", () => {
    expect(output({ isTTY: true }).written.color).toBe(true);
    expect(output({ isTTY: false }).written.color).toBe(false);
    expect(output({ isTTY: true, color: false }).written.color).toBe(false);
  });

  it("marks problems and details on a terminal", () => {
    const { written, stderr } = output({ isTTY: true });
    written.problem("no\nmore");
    written.detail("dim");
    expect(stderr.text).toBe("\u001B[31mzerocall:\u001B[0m no\nmore\n\u001B[2mdim\u001B[0m\n");
  });

  it("writes plain text elsewhere", () => {
    const { written, stderr } = output();
    written.problem("no");
    written.detail("dim");
    written.note("note");
    expect(stderr.text).toBe("zerocall: no\ndim\nnote\n");
  });

  it("sends no control character of a peer to the terminal", () => {
    const { written, stderr } = output();
    written.note("a\u001B[2Jb\r\u0007\u009B");
    expect(stderr.text).toBe("a\\x1b[2Jb\\x0d\\x07\\x9b\n");
  });

  it("waits while the reader of the results is slow", async () => {
    const stdout = new Paper({ slow: true });
    const written = new Output({ stdout, stderr: new Paper(), color: false });
    let over = false;
    const waiting = written.result("longer than the mark").then(() => {
      over = true;
    });
    await Promise.resolve();
    expect(over).toBe(false);
    stdout.release();
    await waiting;
    expect(stdout.text).toBe("longer than the mark");
  });

  it("goes on when the reader of the results is gone, and tells it", async () => {
    const stdout = new Paper({ slow: true });
    const stderr = new Paper();
    const written = new Output({ stdout, stderr, color: false });
    const waiting = written.result("longer than the mark");
    stdout.destroy(Object.assign(new Error("broken pipe"), { code: "EPIPE" }));
    await waiting;
    expect(written.closed.aborted).toBe(true);
    await written.result("nobody reads this");
    expect(await written.finish()).toBe(true);
    expect(stderr.text).toBe("");
  });

  it("says why results cannot be written for another reason", async () => {
    const stdout = new Paper();
    const stderr = new Paper();
    const written = new Output({ stdout, stderr, color: false });
    stdout.destroy(Object.assign(new Error("disk full"), { code: "ENOSPC" }));
    await new Promise((resolve) => stdout.once("close", resolve));
    expect(written.closed.aborted).toBe(true);
    expect(await written.finish()).toBe(false);
    expect(stderr.text).toBe("zerocall: cannot write the result: disk full\n");
  });
});

describe("colorAllowed", () => {
  it("follows NO_COLOR, when it is not empty, and TERM", () => {
    expect(colorAllowed({})).toBe(true);
    expect(colorAllowed({ NO_COLOR: "" })).toBe(true);
    expect(colorAllowed({ NO_COLOR: "1" })).toBe(false);
    expect(colorAllowed({ TERM: "dumb" })).toBe(false);
  });
});

describe("printable", () => {
  it("leaves lines, tabs and all languages as they are", () => {
    expect(printable("a\tb\nc é \u{1F600} 日本")).toBe("a\tb\nc é \u{1F600} 日本");
  });

  it("shows what would act as the end of a line", () => {
    expect(printable("a\u2028b")).toBe("a\\u2028b");
  });
});
