import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** One text in a file that may vanish at any time; a reader meets all of it or what was there before. */
export function keptText(path: string): {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
} {
  return {
    read: () => readFile(path, "utf8").catch(() => undefined),
    async write(text) {
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${process.pid}.tmp`;
      await writeFile(temporary, text);
      await rename(temporary, path);
    },
  };
}
