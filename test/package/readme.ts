/**
 * What a Markdown page shows as something to run: sessions of a shell and files of TypeScript.
 *
 * A session is a block of `sh` or `console` with lines that start with `$ `; what follows such a
 * line, up to the next one, is what the command prints. A file is a block of `ts` whose first line
 * is its name in a comment; a comment after `console.log(…)` is what it prints, with commas between
 * the lines of a loop.
 *
 * @module
 */

/** One line that a reader types. */
export interface Command {
  readonly words: readonly string[];
  /** What the page says it prints; empty when the page does not say. */
  readonly printed: string;
}

/** One file that a reader writes. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** What the page says it prints, if it says so for each `console.log`. */
  readonly printed: string | undefined;
}

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? "",
    text: match[2] ?? "",
  }));
}

/** The commands of all sessions, in order. */
export function commandsOf(page: string): Command[] {
  const commands: Command[] = [];
  for (const { language, text } of blocksOf(page)) {
    if (!["sh", "bash", "console", "shell"].includes(language)) continue;
    const [, ...parts] = `\n${text}`.split(/^\$ /m);
    for (const part of parts) {
      const [line = "", ...printed] = part.split("\n");
      const words = line.replace(/\s+#\s.*$/, "").match(/'[^']*'|"[^"]*"|[^\s]+/g) ?? [];
      commands.push({
        words: words.map((word) => word.replace(/^(['"])(.*)\1$/, "$2")),
        printed: printed.join("\n").trim(),
      });
    }
  }
  return commands;
}

/** The named files, in order. */
export function filesOf(page: string): SourceFile[] {
  return blocksOf(page)
    .filter(({ language }) => language === "ts" || language === "typescript")
    .map(({ text }) => ({ text, name: /^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1] }))
    .filter((file): file is { text: string; name: string } => file.name !== undefined)
    .map(({ name, text }) => ({ name, text, printed: printedBy(text) }));
}

function printedBy(text: string): string | undefined {
  const logs = text.split("\n").filter((line) => line.includes("console.log("));
  const said = logs.map((line) => /\/\/ (.*)$/.exec(line)?.[1]);
  if (said.length === 0 || said.includes(undefined)) return undefined;
  return said.flatMap((words) => words?.split(", ")).join("\n");
}
