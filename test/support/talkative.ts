/** A service whose generators say what happened to them. */
export function talkative(): {
  readonly log: string[];
  readonly count: (n: number) => Generator<number, string, unknown>;
  readonly acount: (n: number) => AsyncGenerator<number, string, unknown>;
  readonly echo: () => Generator<unknown, unknown, unknown>;
  readonly aecho: () => AsyncGenerator<unknown, unknown, unknown>;
} {
  const log: string[] = [];
  return {
    log,
    *count(n) {
      try {
        for (let i = 0; i < n; i++) {
          log.push(`yield ${i}`);
          yield i;
        }
        return "counted";
      } finally {
        log.push("closed");
      }
    },
    async *acount(n) {
      try {
        for (let i = 0; i < n; i++) {
          log.push(`yield ${i}`);
          yield i;
        }
        return "counted";
      } finally {
        log.push("closed");
      }
    },
    *echo() {
      let heard: unknown = "ready";
      for (;;) {
        try {
          heard = yield heard;
        } catch (error) {
          heard = `caught ${(error as Error).message}`;
        } finally {
          log.push("step");
        }
      }
    },
    async *aecho() {
      let heard: unknown = "ready";
      for (;;) {
        try {
          heard = yield heard;
        } catch (error) {
          heard = `caught ${(error as Error).message}`;
        } finally {
          log.push("step");
        }
      }
    },
  };
}
