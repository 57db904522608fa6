import { join } from "node:path";
import type { Watch } from "../app/ports.ts";
import { originUrl, type Clone } from "../git/clone.ts";
import { localPath } from "../git/remote-url.ts";
import { gitWatch, type WatchTrouble } from "../git/watch.ts";

/** Hints that the line of a clone may have moved: in the clone, and at an origin on this machine. */
export function watchClone(clone: Clone, onTrouble?: (trouble: WatchTrouble) => void): Watch {
  const origin = localPath(originUrl(clone));
  // An origin may be a repository with files: its git directory is inside.
  const origins = origin === undefined ? [] : [origin, join(origin, ".git")];
  return gitWatch({
    gitDirs: [clone.commonDir, ...origins],
    branch: clone.settings.branch,
    ...(onTrouble === undefined ? {} : { onTrouble }),
  });
}
