import { files, type Finding, type Tree } from "./source.ts";
import { imports } from "./syntax.ts";

/** What the bundler starts from. */
const ENTRIES = new Set([
  "src/audit-bin.ts",
  "src/bin.ts",
  "src/index.ts",
  "src/keys/verify-worker.ts",
]);

/** Every source file is imported by another file, or is an entry of the bundle. */
export function deadFiles(tree: Tree): readonly Finding[] {
  const alive = new Set(ENTRIES);
  for (const [path, text] of files(tree, /^(src|test)\/.*\.(ts|mjs)$/)) {
    for (const { target } of imports(path, text)) {
      if (target !== undefined && target !== path) alive.add(target);
    }
  }
  return files(tree, /^src\/.*\.ts$/)
    .filter(([path]) => !alive.has(path))
    .map(([path]) => ({
      path,
      line: 1,
      message: "nothing imports this file: use it or remove it",
    }));
}
