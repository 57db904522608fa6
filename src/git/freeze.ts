import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Makes an origin refuse every push, naming where the mound has gone. */
export async function freezeOrigin(origin: string, url: string): Promise<void> {
  const hooks = join(origin, "hooks");
  await mkdir(hooks, { recursive: true });
  const quoted = url.replaceAll("'", `'\\''`);
  const lines = [
    "#!/bin/sh",
    "# This mound has moved. Two lines must never grow, so nothing is taken here any more.",
    `printf '%s\\n' 'mound-frozen: this mound has moved to ${quoted}' >&2`,
    "exit 1",
    "",
  ];
  const path = join(hooks, "pre-receive");
  await writeFile(`${path}.new`, lines.join("\n"));
  await chmod(`${path}.new`, 0o755);
  await rename(`${path}.new`, path);
}

/** Takes a freeze back: the move did not happen. */
export async function thawOrigin(origin: string): Promise<void> {
  await rm(join(origin, "hooks", "pre-receive"), { force: true });
}
