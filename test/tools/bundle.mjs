import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
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

/** What git's hook starts: a bundle of its own, so that a push loads one file and nothing that it does not need. */
const JUDGE = "src/cli/hook/pre-receive.ts";
/** What a mound can hold for its CI: the audit alone, as one file. */
const AUDIT = "src/audit-bin.ts";
/** Where YAML is read that Mound did not write itself. */
const YAML_READER = join("src", "protocol", "yaml-body.ts");

/** Writes the bundle of `root` into `dir` and answers, in words, what it wrote. */
export async function bundle(root, dir) {
  const options = await optionsFor(root);
  const entries = {
    mound: "src/bin.ts",
    index: "src/index.ts",
    "verify-worker": "src/keys/verify-worker.ts",
  };
  const output = await write({ ...options, input: entries }, dir, startsInFew(root));
  if (existsSync(join(root, JUDGE)))
    output.push(...(await write({ ...options, input: { judge: JUDGE } }, dir, startsInOne(root))));
  if (existsSync(join(root, YAML_READER))) output.push(...(await writeYaml(options, dir)));
  if (existsSync(join(root, AUDIT))) output.push(...(await writeAudit(root, options, dir)));
  refusePackages(output);
  refuseSlowStart(output.find((chunk) => chunk.fileName === "mound.js"));
  await makeExecutable(join(dir, "mound.js"));
  await writeFile(join(dir, "THIRD-PARTY.txt"), await notices(modules(output)));
  const kilobytes = Math.round(output.reduce((sum, { code }) => sum + code.length, 0) / 1024);
  return `${output.length} files, ${kilobytes} KiB`;
}

async function optionsFor(root) {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return {
    cwd: root,
    platform: "node",
    // What the groups below need; test/surface.json holds that the library exports nothing more.
    preserveEntrySignatures: "allow-extension",
    tsconfig: join(root, "tsconfig.json"),
    resolve: { alias: { "isomorphic-git": objectsLibrary(root) } },
    plugins: [apart],
    transform: {
      target: "node20.19",
      define: {
        MOUND_VERSION: JSON.stringify(version),
        MOUND_BUILD: JSON.stringify(await sourceDigest(join(root, "src"))),
      },
    },
    onLog: refuseWarnings,
  };
}

async function write(options, dir, codeSplitting) {
  const build = await rolldown(options);
  const { output } = await build.write({ ...OUTPUT, dir, codeSplitting });
  await build.close();
  return output;
}

/** Imports that lead to a file which is bundled by itself. */
const apart = {
  name: "apart",
  resolveId(id, importer) {
    if (importer?.endsWith(YAML_READER) && id === "yaml")
      return join(import.meta.dirname, "late-yaml.mjs");
    if (importer?.endsWith(join("src", "bin.ts")) && JUDGE.endsWith(id.slice(2)))
      return { id: "./judge.js", external: true };
    return null;
  },
};

async function writeYaml({ cwd, platform, transform, onLog }, dir) {
  const input = createRequire(join(cwd, "package.json")).resolve("yaml");
  const build = await rolldown({ cwd, platform, transform, onLog, input: { yaml: input } });
  const { output } = await build.write({ dir, format: "cjs", entryFileNames: "[name].cjs" });
  await build.close();
  return output;
}

/**
 * `mound audit` once more, as one file that a mound can hold and CI runs as it is. It is read by few and
 * fetched by all, so it is made small; the licences of what it contains go along at its end.
 */
async function writeAudit(root, options, dir) {
  const { target, define } = options.transform;
  const build = await rolldown({
    ...options,
    input: { audit: AUDIT },
    preserveEntrySignatures: false,
    transform: { target, define: { ...define, MOUND_WORKER: JSON.stringify("") } },
    plugins: [auditAlone(root)],
  });
  const { output } = await build.write({
    format: "esm",
    entryFileNames: "[name].mjs",
    dir,
    codeSplitting: false,
    minify: true,
  });
  await build.close();
  if (output.length > 1) throw new Error("dist/audit.mjs is in several files");
  const file = join(dir, "audit.mjs");
  const licences = (await notices(modules(output))).replaceAll("*/", "* /");
  await writeFile(file, `${(await readFile(file, "utf8")).trimEnd()}\n/*!\n${licences}*/\n`);
  return output;
}

/** Of the groups of commands only this one, and so of all that is loaded late only what it needs. */
function auditAlone(root) {
  const all = join(root, "src", "cli", "commands", "index.ts");
  return {
    name: "audit-alone",
    load: (id) =>
      id === all
        ? 'import { addAuditCommands } from "./audit.ts";\nexport const COMMANDS = [addAuditCommands];\n'
        : null,
  };
}

/** Names the code by its content: what other code has folded is never trusted. */
async function sourceDigest(folder) {
  const digest = createHash("sha256");
  for (const path of (await readdir(folder, { recursive: true })).toSorted()) {
    if (path.endsWith(".ts")) digest.update(`${path}\0`).update(await readFile(join(folder, path)));
  }
  return digest.digest("hex").slice(0, 12);
}

/** What `mound status` and `mound next` load late. */
const VIEWS = ["match", "reviews", "standing-signals"].map((name) => `protocol/views/${name}.ts`);
/** What every command loads late that changes something. */
const CHANGE = [
  "app/facts.ts",
  "app/submit.ts",
  "git/embedded.ts",
  "git/maintenance.ts",
  "git/objects.ts",
  "git/refs.ts",
  "git/run.ts",
  "git/worktree.ts",
  "keys/key-store.ts",
  "keys/signers.ts",
  "keys/verifier.ts",
  "protocol/judge.ts",
];

/**
 * What a command that only reads a warm mound loads comes in two files: `core`, which the library or
 * the worker needs as well, and `start`, the command itself. One that looks further loads `views` besides, and one that
 * changes something `change`. Left to itself the bundler makes some forty files of the first two and seventy of the
 * others, and a file was measured to take 0.5 to 1 ms. All else is loaded late.
 */
function startsInFew(root) {
  const source = (name) => join(root, "src", name);
  let groups;
  const sort = (context) => {
    const closure = (...names) => reachable(names.map(source), context);
    const start = closure("cli/main.ts");
    const worker = closure("keys/verify-worker.ts");
    const others = closure("index.ts");
    const core = closure("open/mound.ts");
    for (const id of start) if (others.has(id) || worker.has(id)) core.add(id);
    const views = closure(...VIEWS);
    const change = closure(...CHANGE);
    groups = new Map();
    for (const [name, ids] of Object.entries({ core, start, views, change })) {
      for (const id of ids) {
        // The workers that verify signatures load nothing but what they need.
        const alone = worker.has(id) && !core.has(id);
        if (!groups.has(id) && !alone) groups.set(id, name);
      }
    }
  };
  const name = (id, context) => {
    if (groups === undefined) sort(context);
    return groups.get(id) ?? null;
  };
  return { groups: [{ debugName: "start", name }], includeDependenciesRecursively: false };
}

/** All that judging an ordinary push takes, in the one file of the entry. */
function startsInOne(root) {
  let needed;
  const name = (id, context) => {
    const late = ["src/keys/verifier.ts", "src/keys/presume.ts", "src/app/facts.ts"];
    const entries = [JUDGE, ...late].map((path) => join(root, path));
    needed ??= reachable(entries, context, () => true);
    return needed.has(id) ? "judge-core" : null;
  };
  return { groups: [{ debugName: "judge", name }], includeDependenciesRecursively: false };
}

/** What is imported statically from these modules on. What is loaded late as well keeps a file of its own. */
function reachable(ids, context, wanted = (id) => !isLate(id, context)) {
  const found = new Set(ids);
  for (const id of found) {
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) {
      if (!isBuiltin(next) && wanted(next)) found.add(next);
    }
  }
  return found;
}

function isLate(id, context) {
  return (context.getModuleInfo(id)?.dynamicImporters ?? []).length > 0;
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
  const files = new Set(output.flatMap(({ fileName }) => [fileName, `./${fileName}`]));
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
