import { readFileSync } from "node:fs";

/** The shell block of a document with the comment `<!-- run: NAME -->` before it. */
export function namedBlock(path: string, name: string): string {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(/<!-- run: ([a-z/-]+) -->\n```sh\n([\s\S]*?)```/g);
  const block = [...found].find((match) => match[1] === name)?.[2];
  if (block === undefined) throw new Error(`${path} has no block "${name}"`);
  return block;
}

/** Every shell block of a document, in order. */
export function shellBlocks(path: string): readonly string[] {
  return [...readFileSync(path, "utf8").matchAll(/```sh\n([\s\S]*?)```/g)].map(
    (match) => match[1]!,
  );
}
