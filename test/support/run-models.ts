import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes, for one run of the tests, the folder of the models that its processes share. */
export function setup(): () => void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-models-")));
  process.env["MOUND_TEST_MODELS"] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
