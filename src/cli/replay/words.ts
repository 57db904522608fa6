import type { Env, Keyboard } from "../env.ts";

/** What a person or a script asks of a walk along the line. */
export type Word =
  | { readonly kind: "next" | "previous" | "quit" }
  | { readonly kind: "go"; readonly commit: string }
  | { readonly kind: "unknown"; readonly text: string };

/** Reads one line of a script, or what was typed after `g`. */
function readWord(line: string): Word | undefined {
  const [word = "", argument] = line.trim().split(/\s+/);
  if (word === "") return undefined;
  const kind = KINDS[word];
  if (word === "g" && argument !== undefined) return { kind: "go", commit: argument };
  return kind === undefined ? { kind: "unknown", text: line.trim() } : { kind };
}

const KINDS: Readonly<Record<string, "next" | "previous" | "quit" | undefined>> = {
  n: "next",
  p: "previous",
  q: "quit",
};

/** The words as they come: by single keys from a terminal, by lines from anything else. */
export async function* wordsOf(env: Env): AsyncGenerator<Word> {
  const { stdin } = env;
  if (stdin?.isTTY === true) {
    yield* typedWords(stdin, (text) => env.err(text));
    return;
  }
  const chunks = stdin ?? [await env.input()];
  for await (const line of linesOf(chunks)) {
    const word = readWord(line);
    if (word !== undefined) yield word;
  }
}

async function* linesOf(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

/** Control-C and control-D: in raw mode the terminal makes no signal of them. */
const ENDS = new Set(["\u0003", "\u0004"]);
const ARROWS: Readonly<Record<string, string>> = { "\u001b[C": "n", "\u001b[D": "p", " ": "n" };

async function* typedWords(stdin: Keyboard, echo: Env["err"]): AsyncGenerator<Word> {
  stdin.setRawMode?.(true);
  /** What was typed of a commit's name; undefined: no name is being typed. */
  let name: string | undefined;
  try {
    for await (const chunk of stdin) {
      for (const key of keysOf(chunk)) {
        if (ENDS.has(key)) return;
        if (name === undefined && key === "g") {
          name = "";
          echo("go to commit: ");
        } else if (name === undefined) {
          const word = readWord(ARROWS[key] ?? key);
          if (word !== undefined) yield word;
        } else if (key === "\r" || key === "\n") {
          echo("\n");
          const commit = name;
          name = undefined;
          if (commit !== "") yield { kind: "go", commit };
        } else if (key === "\u007f") {
          if (name !== "") echo("\b \b");
          name = name.slice(0, -1);
        } else if (/^[0-9a-f]$/.test(key)) {
          name += key;
          echo(key);
        }
      }
    }
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
  }
}

/** The keys of what a terminal sent at once: an arrow is three bytes, pasted text one key a letter. */
function keysOf(chunk: Uint8Array | string): readonly string[] {
  const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
  return text.match(/\u001b\[[A-Z]|[\s\S]/g) ?? [];
}
