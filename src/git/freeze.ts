import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localPath } from "./remote-url.ts";

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

/** Where a frozen origin on this machine says that the mound has gone; undefined for any other. */
export async function frozenTo(origin: string): Promise<string | undefined> {
  const path = localPath(origin);
  if (path === undefined) return undefined;
  const hook = await readFile(join(path, "hooks", "pre-receive"), "utf8").catch(() => "");
  return /mound-frozen: this mound has moved to (.*)' >&2$/m
    .exec(hook)?.[1]
    ?.replaceAll(`'\\''`, "'");
}

/** Takes a freeze back: the move did not happen. */
export async function thawOrigin(origin: string): Promise<void> {
  await rm(join(origin, "hooks", "pre-receive"), { force: true });
}
