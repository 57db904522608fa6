import { spawnSync } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..", "..");
const dist = join(root, "dist");

/** The built library and command, built anew where a source is newer. */
export async function built() {
  const library = join(dist, "index.js");
  const made = await changed(library);
  const sources = ["src", "templates", join("test", "tools")].map((name) => join(root, name));
  const newest = Math.max(...(await Promise.all(sources.map(newestOf))));
  if (made === undefined || made < newest) {
    const { status } = spawnSync("npm", ["run", "build"], { cwd: root, stdio: "inherit" });
    if (status !== 0) throw new Error("the build failed: there is nothing to measure");
  }
  const command = join(dist, "mound.js");
  return { library, command: (await changed(command)) === undefined ? undefined : command };
}

async function newestOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map((file) => changed(join(file.parentPath, file.name))));
  // The build gives its files a time in whole seconds.
  return Math.max(0, ...times.map((time) => Math.floor((time ?? 0) / 1000) * 1000));
}

async function changed(path) {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs;
}
