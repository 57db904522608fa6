// `npm run build`: bundles the command and the library into dist/, with the declarations of the
// public index. Everything is bundled, because an agent starts the command on every step and a tree
// of packages takes three times as long to load as one file.
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundle } from "./bundle.mjs";
import { declarations } from "./declarations.mjs";
import { place } from "./place.mjs";

const root = resolve(process.argv[2] ?? join(import.meta.dirname, "..", ".."));
const dist = join(root, "dist");
const next = join(dist, `.next-${process.pid}`);
const started = performance.now();

await mkdir(next, { recursive: true });
try {
  const [bundled, declared] = await Promise.allSettled([
    bundle(root, next),
    declarations(root, next),
  ]);
  if (bundled.status === "rejected") throw bundled.reason;
  // A type error fails the build, yet the bundle is put in place: one may go on with running it.
  await place(next, dist);
  if (declared.status === "rejected") throw declared.reason;
  console.log(`built ${bundled.value} in ${Math.round(performance.now() - started)} ms`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(next, { recursive: true, force: true });
}
