import { chmod, readFile, writeFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { notices } from "./notices.mjs";

// All files lie flat in dist/, so that `new URL("./verify-worker.js", import.meta.url)` means the
// same from every chunk. Names are kept: minified, the command started no faster.
const OUTPUT = {
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
};

/** Writes the bundle of `root` into `dir` and answers, in words, what it wrote. */
export async function bundle(root, dir) {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const build = await rolldown({
    cwd: root,
    input: {
      mound: "src/bin.ts",
      index: "src/index.ts",
      "verify-worker": "src/keys/verify-worker.ts",
    },
    platform: "node",
    tsconfig: join(root, "tsconfig.json"),
    resolve: { alias: { "isomorphic-git": objectsLibrary(root) } },
    transform: { target: "node20.19", define: { MOUND_VERSION: JSON.stringify(version) } },
    onLog: refuseWarnings,
  });
  const { output } = await build.write({ ...OUTPUT, dir, codeSplitting: startsInTwo(root) });
  await build.close();
  refusePackages(output);
  refuseSlowStart(output.find((chunk) => chunk.fileName === "mound.js"));
  await makeExecutable(join(dir, "mound.js"));
  await writeFile(join(dir, "THIRD-PARTY.txt"), await notices(modules(output)));
  const kilobytes = Math.round(output.reduce((sum, { code }) => sum + code.length, 0) / 1024);
  return `${output.length} files, ${kilobytes} KiB`;
}

/** What a command that only reads a warm mound loads: the command itself, and what the library shares with it. */
const STARTS = [
  ["core", ["src/open/mound.ts"]],
  ["start", ["src/cli/main.ts"]],
];

/**
 * Left to itself the bundler makes some forty files of what a start loads, and a file was measured to
 * take 0.5 to 1 ms. What these modules import statically goes into two; all else is loaded late.
 */
function startsInTwo(root) {
  const groups = STARTS.map(([name, paths]) => {
    let reached;
    return {
      debugName: name,
      name(id, context) {
        reached ??= reachable(
          paths.map((path) => join(root, path)),
          context,
        );
        return reached.has(id) ? name : null;
      },
    };
  });
  return { groups };
}

function reachable(ids, context) {
  const found = new Set();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || isBuiltin(id)) continue;
    found.add(id);
    open.push(...(context.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

/**
 * On Node, isomorphic-git's package gives its CommonJS file, of which the bundler keeps all 640 KiB
 * when it is imported lazily. Of its ES module it keeps the calls that are used: 14 ms less to load.
 */
function objectsLibrary(root) {
  const commonjs = createRequire(join(root, "package.json")).resolve("isomorphic-git");
  return join(dirname(commonjs), "index.js");
}

/** A warning (an import that cannot be resolved, a cycle in the wrong order) is a fault at run time. */
function refuseWarnings(level, log) {
  if (level === "warn") throw new Error(log.message);
}

function refusePackages(output) {
  const files = new Set(output.map((chunk) => chunk.fileName));
  for (const { fileName, imports, dynamicImports } of output) {
    const foreign = [...imports, ...dynamicImports].filter(
      (name) => !isBuiltin(name) && !files.has(name),
    );
    if (foreign.length > 0) {
      throw new Error(
        `dist/${fileName} imports ${foreign.join(", ")}, which would not be installed`,
      );
    }
  }
}

/**
 * `mound --version` answers before anything is loaded. A static import in src/bin.ts, or one that
 * the bundler hoists into it, would be paid at every start.
 */
function refuseSlowStart(entry) {
  const loaded = entry.imports.filter((name) => !isBuiltin(name));
  const inlined = entry.moduleIds.filter((id) => !id.endsWith(join("src", "bin.ts")));
  if (loaded.length + inlined.length === 0) return;
  throw new Error(
    `src/bin.ts loads ${[...loaded, ...inlined].join(", ")} at its start; use await import() there`,
  );
}

async function makeExecutable(path) {
  const code = await readFile(path, "utf8");
  const shebang = "#!/usr/bin/env node\n";
  if (!code.startsWith("#!")) await writeFile(path, shebang + code);
  await chmod(path, 0o755);
}

function modules(output) {
  return output.flatMap((chunk) => chunk.moduleIds);
}
