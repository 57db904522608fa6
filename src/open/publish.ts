import { resolve } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { EMBEDDED, embeddedOrigin, writeCloneSettings } from "../git/clone.ts";
import { freezeOrigin, thawOrigin } from "../git/freeze.ts";
import { gitRemote } from "../git/remote.ts";
import { runGit } from "../git/run.ts";
import type { AnyFault } from "./faults.ts";
import type { Mound } from "./mound.ts";

/**
 * Moves a mound from its embedded origin to a git host. The old origin is frozen first, so that there
 * are never two lines; it is thawed again only when the move surely did not happen.
 */
export async function publishMound(mound: Mound, to: string): Promise<Result<string, AnyFault>> {
  const { clone } = mound;
  const url = /^\.{0,2}\//.test(to) ? resolve(to) : to;
  if (clone.settings.origin !== EMBEDDED) return err({ code: "not-embedded", url: clone.settings.origin });
  const { branch } = clone.settings;
  const old = embeddedOrigin(clone.commonDir);
  const target = gitRemote({ gitDir: clone.commonDir, url, branch });
  const present = await target.fetch();
  if (!present.ok) return present;
  await freezeOrigin(old, url);
  // What landed until the freeze goes along.
  const synced = await mound.sync();
  const tip = mound.line.tip;
  if (!synced.ok || tip === undefined) {
    await thawOrigin(old);
    return synced.ok ? err({ code: "line-missing", url: old, branch }) : synced;
  }
  // A publish that was interrupted after its push finds its own tip there.
  if (present.value !== undefined && present.value !== tip) {
    await thawOrigin(old);
    return err({ code: "branch-taken", url, branch });
  }
  const outcome = present.value === tip ? ({ kind: "done" } as const) : await target.push(tip, undefined);
  if (outcome.kind === "unknown") {
    const found = await target.fetch();
    if (!found.ok || found.value !== tip) return err({ code: "publish-unknown", url, detail: outcome.detail });
  } else if (outcome.kind !== "done") {
    await thawOrigin(old);
    return err(outcome.kind === "failed" ? outcome.fault : { code: "branch-taken", url, branch });
  }
  await writeCloneSettings(clone.commonDir, { ...clone.settings, origin: url });
  await runGit(["config", "remote.origin.url", url], { gitDir: clone.commonDir });
  return ok(url);
}
