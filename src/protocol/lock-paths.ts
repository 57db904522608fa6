import { CLAIM_FILE, isLegalPath } from "./paths.ts";

/** `locks/<a>/<b>/<c>/attempts/<token>.yaml` has as many segments as a path may have. */
const SEGMENTS_MAX = 3;
const ATTEMPTS = "attempts";
/** The lock of this folder's name is the leadership of a group. */
const LEADERS = "leader/";

/** The folder of a named lock. */
function lockFolder(name: string): string {
  return `locks/${name}`;
}

export function lockFile(name: string): string {
  return `${lockFolder(name)}/${CLAIM_FILE}`;
}

/** Where it is said what became of the claim under a token. */
export function lockAttemptFile(name: string, token: number): string {
  return `${lockFolder(name)}/${ATTEMPTS}/${token}.yaml`;
}

/** What is wrong with the name of a lock, as a part of a sentence; undefined where nothing is. */
export function lockNameFlaw(name: string): string | undefined {
  const segments = name.split("/");
  if (segments.length > SEGMENTS_MAX) return `it has more than ${SEGMENTS_MAX} parts`;
  const taken = segments.find((segment) => segment === ATTEMPTS || segment === CLAIM_FILE);
  if (taken !== undefined) return `"${taken}" is the name of what lies in a lock's own folder`;
  return isLegalPath(lockAttemptFile(name, 1))
    ? undefined
    : "each part has 1 to 80 of a-z, 0-9, dot, - and _, begins with a letter or digit, and is no reserved name";
}

/** The group whose leadership a lock is; undefined where it is a lock like any other. */
export function groupOf(lock: string): string | undefined {
  return lock.startsWith(LEADERS) ? lock.slice(LEADERS.length) : undefined;
}

/** The lock that is the leadership of a group. */
export function leaderLock(group: string): string {
  return `${LEADERS}${group}`;
}
