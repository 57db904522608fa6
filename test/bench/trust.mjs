// What all scores cost, computed in full, and what one deed more costs a commit.
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { median } from "./numbers.mjs";

const root = resolve(import.meta.dirname, "..", "..");

/** The value is of the first size. */
export async function trust({ dir, sizes, tell }) {
  tell("bundling");
  const { measureTrust } = await load(dir);
  const details = sizes.trustPairs.map(([agents, pairs]) => {
    tell(`${agents} agents, ${pairs} pairs`);
    const { all, deed, pairs: counted } = measureTrust(agents, pairs, sizes.trustRuns);
    const unit = "ms of processor time";
    return { agents, pairs: counted, unit, allMs: median(all), deedMs: median(deed) };
  });
  return { value: details[0].allMs, unit: "ms of processor time", details };
}

/** The sources are bundled as they are. */
async function load(dir) {
  const build = await rolldown({
    cwd: root,
    input: { trusting: join("test", "bench", "trusting.ts") },
    platform: "node",
    tsconfig: join(root, "tsconfig.json"),
  });
  await build.write({ format: "esm", dir, entryFileNames: "[name].mjs" });
  await build.close();
  return import(join(dir, "trusting.mjs"));
}
