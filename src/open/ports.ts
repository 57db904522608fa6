import { join } from "node:path";
import type { SubmitPorts } from "../app/request.ts";
import { EMBEDDED, moundFolder, originUrl, type Clone } from "../git/clone.ts";
import { systemClock } from "../git/clock.ts";
import { FileJournal } from "../git/journal.ts";
import { TicketQueue } from "../git/queue.ts";
import { systemRandom } from "../git/random.ts";
import { FileStateCache } from "../git/state-cache.ts";
import { PROTOCOL } from "../protocol/version.ts";
import {
  lateEmbedded,
  lateHistory,
  lateObjects,
  lateRefs,
  lateRemote,
  lateVerifier,
} from "./late-ports.ts";

declare const MOUND_BUILD: string | undefined;

/** Set when the package is built; a state folded by other code is never trusted. */
const BUILD = typeof MOUND_BUILD === "string" ? MOUND_BUILD : "source";

/** The real ports on a clone. */
export function wirePorts(
  clone: Pick<Clone, "commonDir" | "settings">,
  trace?: SubmitPorts["trace"],
): SubmitPorts {
  const gitDir = clone.commonDir;
  const { branch, origin } = clone.settings;
  const url = originUrl(clone);
  const embedded = origin === EMBEDDED;
  // The origin inside the clone has the object store of both.
  const store = embedded ? url : gitDir;
  const own = moundFolder(gitDir);
  return {
    objects: lateObjects(store, embedded),
    refs: lateRefs(gitDir),
    history: lateHistory(store),
    remote: embedded ? lateEmbedded(url, branch) : lateRemote({ gitDir, url, branch }),
    clock: systemClock,
    random: systemRandom,
    verifier: lateVerifier(),
    cache: new FileStateCache(join(own, "cache", `p${PROTOCOL}-${BUILD}`)),
    journal: new FileJournal(join(own, "journal")),
    queue: new TicketQueue(join(own, "queue")),
    ...(trace === undefined ? {} : { trace }),
  };
}
