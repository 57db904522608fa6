import { existsSync } from "node:fs";
import { join } from "node:path";
import { EMBEDDED, ORIGIN_SETTINGS, originUrl } from "../../git/clone.ts";
import { localPath } from "../../git/remote-url.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";
import { gitConfig, setGitConfig } from "./git-config.ts";
import { shell } from "./shell.ts";

/** What goes wrong without each of the settings of an origin. */
const CONSEQUENCES: Readonly<Record<(typeof ORIGIN_SETTINGS)[number][0], string>> = {
  "receive.denyNonFastForwards": "a forced push can take back what was agreed",
  "receive.denyDeletes": "the line can be deleted",
  "receive.fsckObjects": "damaged objects are taken in",
  "receive.autogc": "a push may wait for a repack",
  "core.fsync": "a power cut may lose what was acknowledged",
  "core.filesRefLockTimeout": "pushes at the same moment fail instead of waiting",
};
/** Without these, what was acknowledged can be lost; without the others it is only slower. */
const SAFETY = /^receive\.deny|^core\.fsync$/;

/** The settings of an origin on this machine. */
export async function origin({ clone }: ClonePatient): Promise<Found> {
  const path = localPath(originUrl(clone));
  // An address that leads nowhere is what the check of the remote tells.
  if (path === undefined || !existsSync(path)) return [];
  const gitDir = existsSync(join(path, ".git")) ? join(path, ".git") : path;
  const config = await gitConfig(gitDir);
  const said: Said[] = ORIGIN_SETTINGS.flatMap(([name, value]) => {
    const set = config.get(name.toLowerCase());
    if (set === value) return [];
    return [
      {
        level: SAFETY.test(name) ? ("warn" as const) : ("note" as const),
        message: `At the origin, ${name} is ${set ?? "not set"}, not ${value}: ${CONSEQUENCES[name]}.`,
        fix: shell("git", "-C", path, "config", name, value),
        // Another's repository is not changed unasked.
        ...(clone.settings.origin === EMBEDDED
          ? { mend: () => setGitConfig(gitDir, name, value) }
          : {}),
      },
    ];
  });
  if (config.get("core.bare") === "false") {
    const message = `The origin ${path} has a working tree of its own, so git refuses pushes to the branch that is checked out there.`;
    said.push({
      level: "warn",
      message,
      fix: shell("git", "-C", path, "config", "core.bare", "true"),
    });
  }
  return said.length > 0
    ? said
    : fine("The origin refuses forced pushes and deletions, and keeps what it acknowledges");
}
