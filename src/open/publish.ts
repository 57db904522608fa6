import { err, ok, type Result } from "../base/result.ts";
import type { Remote } from "../app/ports.ts";
import { EMBEDDED, embeddedOrigin, writeCloneSettings } from "../git/clone.ts";
import { freezeOrigin, thawOrigin } from "../git/freeze.ts";
import { gitHistory } from "../git/history.ts";
import { gitRemote } from "../git/remote.ts";
import { runGit } from "../git/run.ts";
import type { Oid } from "../protocol/ids.ts";
import type { AnyFault } from "./faults.ts";
import type { Mound } from "./mound.ts";

/**
 * Moves a mound from its embedded origin to a git host (a URL or an absolute path). The old origin is
 * frozen first, so that there are never two lines; it is thawed again only when the move surely did
 * not happen. Interrupted at any step, it may be run again.
 */
export async function publishMound(mound: Mound, url: string): Promise<Result<string, AnyFault>> {
  const { clone } = mound;
  if (clone.settings.origin !== EMBEDDED)
    return err({ code: "not-embedded", url: clone.settings.origin });
  const { branch } = clone.settings;
  const old = embeddedOrigin(clone.commonDir);
  if (url === old) return err({ code: "branch-taken", url, branch });
  const target = gitRemote({ gitDir: clone.commonDir, url, branch });
  const present = await target.fetch();
  if (!present.ok) return present;
  await freezeOrigin(old, branch, url);
  // What landed until the freeze goes along.
  const synced = await mound.sync();
  const tip = mound.line.tip;
  if (!synced.ok || tip === undefined) {
    await thawOrigin(old);
    return synced.ok ? err({ code: "line-missing", url: old, branch }) : synced;
  }
  const moved = await moveLine(mound, target, tip, present.value);
  if (!moved.ok) {
    if (moved.error.code !== "publish-unknown") await thawOrigin(old);
    return moved;
  }
  await writeCloneSettings(clone.commonDir, { ...clone.settings, origin: url });
  await runGit(["config", "remote.origin.url", url], { gitDir: clone.commonDir });
  return ok(url);
}

/** Brings the target's branch to the tip; it may be there already, by an attempt that was interrupted. */
async function moveLine(
  mound: Mound,
  target: Remote,
  tip: Oid,
  present: Oid | undefined,
): Promise<Result<undefined, AnyFault>> {
  const { trace } = mound.ports;
  // The clone's own store, for that is where the target's commits are fetched to.
  const history = gitHistory({ gitDir: mound.clone.commonDir });
  const { url } = target;
  const taken = { code: "branch-taken", url, branch: mound.clone.settings.branch } as const;
  const carries = async (found: Oid | undefined): Promise<boolean> =>
    found !== undefined && (await history.contains(tip, found));
  if (await carries(present)) return ok(undefined);
  if (present !== undefined && !(await history.contains(present, tip))) return err(taken);
  trace?.("push");
  const outcome = await target.push(tip, present);
  if (outcome.kind === "done") return ok(undefined);
  if (outcome.kind === "failed") return err(outcome.fault);
  // Another process may have published at the same moment, and then the line is there.
  const found = await target.fetch();
  if (found.ok && (await carries(found.value))) return ok(undefined);
  if (found.ok && outcome.kind === "refused") return err(taken);
  return err({ code: "publish-unknown", url, detail: outcome.detail });
}
