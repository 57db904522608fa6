import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Queue } from "../app/ports.ts";
import type { SubmitPorts } from "../app/request.ts";
import { EMBEDDED, moundFolder, objectStore, originUrl, type Clone } from "../git/clone.ts";
import { systemClock } from "../git/clock.ts";
import { FileJournal } from "../git/journal.ts";
import { nestedQueue, TicketQueue } from "../git/queue.ts";
import { systemRandom } from "../git/random.ts";
import { localPath } from "../git/remote-url.ts";
import { FileStateCache } from "../git/state-cache.ts";
import { PROTOCOL } from "../protocol/version.ts";
import { BUILD } from "./build.ts";
import {
  lateEmbedded,
  lateHistory,
  lateObjects,
  lateRefs,
  lateRemote,
  lateVerifier,
} from "./late-ports.ts";

/** The real ports on a clone. */
export function wirePorts(
  clone: Pick<Clone, "commonDir" | "settings">,
  trace?: SubmitPorts["trace"],
): SubmitPorts {
  const gitDir = clone.commonDir;
  const { branch, origin } = clone.settings;
  const url = originUrl(clone);
  const embedded = origin === EMBEDDED;
  const store = objectStore(clone);
  const own = moundFolder(gitDir);
  return {
    objects: lateObjects(store, embedded),
    refs: lateRefs(gitDir),
    history: lateHistory(store),
    remote: embedded ? lateEmbedded(url, branch) : lateRemote({ gitDir, url, branch }),
    clock: systemClock,
    random: systemRandom,
    verifier: lateVerifier(),
    cache: new FileStateCache(cacheFolder(gitDir)),
    journal: new FileJournal(join(own, "journal")),
    queue: queueFor(join(own, "queue"), embedded ? undefined : localPath(url)),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** Where this build keeps the folded state of a clone; beside it lie those of other builds. */
export function cacheFolder(commonDir: string): string {
  return join(moundFolder(commonDir), "cache", `p${PROTOCOL}-${BUILD}`);
}

/**
 * Milliseconds that a process waits for the others of its clone before it goes ahead: one that is
 * stopped, or that waits for a person, holds up nobody for ever.
 */
const CLONE_PATIENCE_MS = 30_000;
/** Milliseconds that a clone waits for others at a shared origin before it goes ahead. */
const ORIGIN_PATIENCE_MS = 15_000;

function queueFor(own: string, origin: string | undefined): Queue {
  const clone = new TicketQueue(own, CLONE_PATIENCE_MS);
  // Only a repository gets a queue: a path that is mistyped must not come into being by it.
  if (origin === undefined || !existsSync(join(origin, "objects"))) return clone;
  // One for each machine: a ticket names a process, and only its own machine knows whether it lives.
  const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
  const folder = join(origin, "mound-queue", machine);
  return nestedQueue(clone, new TicketQueue(folder, ORIGIN_PATIENCE_MS, origin));
}
