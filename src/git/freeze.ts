import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote, shellUnquote } from "../base/shell-quote.ts";
import { localPath } from "./remote-url.ts";

/** What a frozen origin says first when it refuses. */
export const FROZEN = "mound-frozen";
/** What a hook is called while its origin is frozen. */
const KEPT = ".before-freeze";

/**
 * Makes an origin refuse every push and every move of a ref, naming where the mound has gone. When it
 * returns, the branch has moved for the last time: a move that was under way has ended.
 */
export async function freezeOrigin(origin: string, branch: string, url: string): Promise<void> {
  const hooks = join(origin, "hooks");
  await mkdir(hooks, { recursive: true });
  await keepHook(join(hooks, "pre-receive"));
  const told = shellQuote(`${FROZEN}: this mound has moved to ${url}`);
  const message = `printf '%s\\n' ${told} >&2`;
  const reason =
    "# This mound has moved. Two lines must never grow, so nothing is taken here any more.";
  await install(join(hooks, "pre-receive"), ["#!/bin/sh", reason, message, "exit 1", ""]);
  const prepared = `[ "$1" = prepared ] || exit 0`;
  await install(join(hooks, "reference-transaction"), [
    "#!/bin/sh",
    reason,
    prepared,
    message,
    "exit 1",
    "",
  ]);
  await settle(origin, branch);
}

/** The hook that stood there is put away for a thaw; what an earlier freeze put there is no hook to keep. */
async function keepHook(path: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined || text.includes(FROZEN)) return;
  await copyFile(path, `${path}.new`);
  await rename(`${path}.new`, `${path}${KEPT}`);
}

async function install(path: string, lines: readonly string[]): Promise<void> {
  await writeFile(`${path}.new`, lines.join("\n"));
  await chmod(`${path}.new`, 0o755);
  await rename(`${path}.new`, path);
}

/** Takes the branch's lock once: who held it before the hooks were there has let go of it. */
async function settle(origin: string, branch: string): Promise<void> {
  // Loaded here, for every command asks whether its origin is frozen, and few have to move a ref.
  const { gitRefs } = await import("./refs.ts");
  const refs = gitRefs(origin);
  const name = `refs/heads/${branch}`;
  for (;;) {
    const tip = await refs.read(name);
    if (tip === undefined || (await refs.swap(name, tip, tip))) return;
  }
}

/** Where a frozen origin on this machine says that the mound has gone; undefined for any other. */
export async function frozenTo(origin: string): Promise<string | undefined> {
  const path = localPath(origin);
  if (path === undefined) return undefined;
  const hook = await readFile(join(path, "hooks", "pre-receive"), "utf8").catch(() => "");
  const quoted = /mound-frozen: this mound has moved to (.*)' >&2$/m.exec(hook)?.[1];
  return quoted === undefined ? undefined : shellUnquote(quoted);
}

/** Takes a freeze back: the move did not happen. */
export async function thawOrigin(origin: string): Promise<void> {
  const hook = join(origin, "hooks", "pre-receive");
  // A rename, so that there is no moment at which nothing is judged.
  await rename(`${hook}${KEPT}`, hook).catch(() => rm(hook, { force: true }));
  await rm(join(origin, "hooks", "reference-transaction"), { force: true });
}
