import { execFile } from "node:child_process";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

const OPTIONS = { noEmit: false, declaration: true, emitDeclarationOnly: true };
const ENTRIES = ["src/index.ts", "src/bin.ts", "src/keys/verify-worker.ts"];
const SPECIFIER = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

/** Checks the sources and writes the declarations that the public index needs into `dir`/types. */
export async function declarations(root, dir) {
  const emitted = join(dir, "emitted");
  const project = join(dir, "tsconfig.json");
  await writeFile(project, JSON.stringify(configuration(root, emitted)));
  await compile(root, project);
  for (const file of await reachable(emitted, "index.d.ts")) {
    const target = join(dir, "types", file);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(emitted, file), target);
  }
  await rm(emitted, { recursive: true });
  await rm(project);
}

// The top level holds one tsconfig.json, so the one that emits is made here and removed again.
function configuration(root, outDir) {
  return {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { ...OPTIONS, rootDir: join(root, "src"), outDir },
    files: ENTRIES.map((entry) => join(root, entry)),
    include: [],
  };
}

async function compile(root, project) {
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  try {
    await promisify(execFile)(process.execPath, [tsc, "-p", project, "--pretty", "false"], {
      cwd: root,
    });
  } catch (error) {
    throw new Error(error.stdout || error.message, { cause: error });
  }
}

/** The declaration files that can be reached from `entry`, as paths inside `folder`. */
async function reachable(folder, entry) {
  const found = new Set([entry]);
  for (const file of found) {
    const text = await readFile(join(folder, file), "utf8");
    for (const [, specifier] of text.matchAll(SPECIFIER)) {
      const target = join(folder, dirname(file), specifier.replace(/\.[jt]s$/, ".d.ts"));
      found.add(relative(folder, target));
    }
  }
  return found;
}
