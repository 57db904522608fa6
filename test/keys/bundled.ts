import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

/** Bundles the verifier and its worker into `folder`, as the build does, and gives their URLs. */
export async function bundleVerifier(folder: string): Promise<{ verifier: URL; worker: URL }> {
  const source = join(import.meta.dirname, "../../src/keys");
  const build = await rolldown({
    input: {
      verifier: join(source, "verifier.ts"),
      "verify-worker": join(source, "verify-worker.ts"),
    },
    platform: "node",
  });
  await build.write({ dir: folder, format: "esm", entryFileNames: "[name].js" });
  await build.close();
  return {
    verifier: pathToFileURL(join(folder, "verifier.js")),
    worker: pathToFileURL(join(folder, "verify-worker.js")),
  };
}
