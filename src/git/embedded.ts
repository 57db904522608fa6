/**
 * The origin inside a clone. It holds the one object store of both (the clone names it in
 * `objects/info/alternates`), so nothing has to be carried: what is written there is at the origin,
 * and the compare-and-swap of the branch is one `git update-ref`. Pushing to it from other clones
 * works as to any bare repository.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ok } from "../base/result.ts";
import type { PushOutcome, Remote } from "../app/ports.ts";
import { GitError } from "./fault.ts";
import { FROZEN } from "./freeze.ts";
import { peekBranch } from "./ref-file.ts";
import { gitRefs } from "./refs.ts";

/** A lock that nobody moves for this long is left over from a crash; others push here as well. */
const LOCK_STALE_MS = 30_000;
const LOCK_PATIENCE_MS = 40_000;

/** One branch of an embedded origin, as the clone around it sees it. */
export function embeddedRemote(origin: string, branch: string): Remote {
  const name = `refs/heads/${branch}`;
  // Its hooks stand guard here as they do over a push: a frozen origin refuses by one.
  const settings = [`core.hooksPath=${join(origin, "hooks")}`];
  const refs = gitRefs(origin, {
    lockPatienceMs: LOCK_PATIENCE_MS,
    lockStaleMs: LOCK_STALE_MS,
    settings,
  });
  return {
    url: origin,
    fetch: async () => ok(await refs.read(name)),
    peek: async () => peekBranch(origin, branch),
    async push(next, old): Promise<PushOutcome> {
      try {
        if (await refs.swap(name, next, old)) return { kind: "done" };
      } catch (error) {
        return refusal(error, origin);
      }
      const found = await refs.read(name);
      // As after a push of the same commit: whose it is, the nonce tells.
      if (found === next)
        return { kind: "unknown", detail: "the branch already stands at this commit" };
      return { kind: "refused", why: "moved", detail: `at ${found ?? "no commit"}` };
    },
  };
}

/** Lets a clone read what lies in the origin inside it; relative, so that the folder may be moved. */
export async function shareObjects(commonDir: string): Promise<void> {
  const info = join(commonDir, "objects", "info");
  await mkdir(info, { recursive: true });
  await writeFile(join(info, "alternates"), "../mound/origin.git/objects\n");
}

function refusal(error: unknown, origin: string): PushOutcome {
  if (!(error instanceof GitError)) throw error;
  const { fault } = error;
  if (fault.code === "ref-locked")
    return { kind: "refused", why: "contended", detail: fault.detail };
  if (fault.code !== "git-failed" || !fault.detail.includes(FROZEN)) throw error;
  return { kind: "failed", fault: { code: "remote-refused", url: origin, detail: fault.detail } };
}
