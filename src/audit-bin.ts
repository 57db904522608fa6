import { isMainThread } from "node:worker_threads";

// All of `mound audit` in one file (the build leaves the other commands out), which a mound can hold: CI
// then needs git and Node, and nothing is installed. In a worker thread the same file verifies signatures.
if (isMainThread) {
  const { main } = await import("./cli/main.ts");
  process.exitCode = await main(["audit", ...process.argv.slice(2)]);
} else {
  await import("./keys/verify-worker.ts");
}
