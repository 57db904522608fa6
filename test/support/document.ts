import { readFileSync } from "node:fs";

/** The shell blocks of a document, by the name in the comment `<!-- run: NAME -->` before each. */
export function namedBlocks(path: string): ReadonlyMap<string, string> {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(/<!-- run: ([a-z/-]+) -->\n```sh\n([\s\S]*?)```/g);
  return new Map([...found].map((match) => [match[1]!, match[2]!]));
}

/** Every shell block of a document, in order. */
export function shellBlocks(path: string): readonly string[] {
  return [...readFileSync(path, "utf8").matchAll(/```sh\n([\s\S]*?)```/g)].map(
    (match) => match[1]!,
  );
}
