import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "..", "..");

/** A module of the sources, bundled as it is into `dir`: where it lies. `path`: in the repository. */
export async function bundled(dir, ...path) {
  const name = path.at(-1).replace(/\.ts$/, "");
  const build = await rolldown({
    cwd: root,
    input: { [name]: join(...path) },
    platform: "node",
    tsconfig: join(root, "tsconfig.json"),
    // What the command loads late is loaded at once here.
    checks: { ineffectiveDynamicImport: false },
  });
  await build.write({ format: "esm", dir, entryFileNames: "[name].mjs" });
  await build.close();
  return join(dir, `${name}.mjs`);
}
