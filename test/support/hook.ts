import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Puts a shell script into a repository's hooks. */
export async function hook(gitDir: string, name: string, script: string): Promise<void> {
  const path = join(gitDir, "hooks", name);
  await mkdir(join(gitDir, "hooks"), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}
