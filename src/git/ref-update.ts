/** `lost`: the ref was elsewhere. `busy`: another process holds its lock. */
export type RefUpdateOutcome = "lost" | "busy" | "failed";

const LOST = [
  /is at [0-9a-f]{40} but expected [0-9a-f]{40}/,
  /reference already exists/,
  /reference is missing but expected/,
  // With a colon and a reason behind it, the ref is broken instead.
  /unable to resolve reference '[^']*'$/m,
  /incorrect old value provided/,
  /reference does not exist/,
];
const BUSY = [/Unable to create '[^']*\.lock': File exists/];

/** What `git update-ref` (or a server, in its own words) means by refusing to move a ref. */
export function classifyRefUpdate(stderr: string): RefUpdateOutcome {
  if (LOST.some((pattern) => pattern.test(stderr))) return "lost";
  if (BUSY.some((pattern) => pattern.test(stderr))) return "busy";
  return "failed";
}
