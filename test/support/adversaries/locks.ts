/** Attacks on named locks: to lead beside the leader, to act under an old token, to be another's lock. */
import { lockAttemptFile, lockFile } from "../../../src/protocol/lock-paths.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import type { Attack } from "./attack.ts";
import { by } from "./records.ts";
import type { Files, Member, Scene } from "./scene.ts";

const LED = "leader/x";
const LAPSING = "deploy";

function lock(scene: Scene, name: string, agent: Member, token: number): Promise<Files> {
  const until = formatInstant(scene.now + 3_600_000);
  return scene.record("lock", { name, agent, token: String(token), until });
}

async function ended(
  scene: Scene,
  name: string,
  agent: Member,
  token: number,
  outcome = "released",
): Promise<Files> {
  const fields = { name, agent, token: String(token), outcome };
  return { ...(await scene.record("lock-attempt", fields)), [lockFile(name)]: undefined };
}

export const LOCKS: readonly Attack[] = [
  by("mallory", "a second leader", ["LK2", "lock-held"], (scene) => lock(scene, LED, "mallory", 3)),
  by("mallory", "a leader under the token of another", ["CL4", "lock-held"], (scene) =>
    lock(scene, LED, "mallory", 2),
  ),
  by("bob", "a former leader who goes on", ["CL4", "lock-fenced"], (scene) =>
    lock(scene, LED, "bob", 1),
  ),
  by("bob", "a former leader who resigns again", ["CL4", "lock-fenced"], (scene) =>
    ended(scene, LED, "bob", 1),
  ),
  by(
    "mallory",
    "a leader who is deposed while the lease runs",
    ["LK3", "lock-held"],
    async (scene) => ({
      ...(await ended(scene, LED, "mallory", 2, "expired")),
      ...(await lock(scene, LED, "mallory", 3)),
      [lockAttemptFile(LED, 1)]: undefined,
    }),
  ),
  by("mallory", "a lock that another gives back", ["CL4", "lock-held"], (scene) =>
    ended(scene, LED, "mallory", 2),
  ),
  by("alice", "a lock given back whose older end stays", ["PA3", "removal-missing"], (scene) =>
    ended(scene, LED, "alice", 2),
  ),
  // Not right after the one above, which takes the same file away: where each follows the other, it would do nothing.
  by("mallory", "the newest end of a lock that goes", ["PA3", "removal-illegal"], () => ({
    [lockAttemptFile(LED, 1)]: undefined,
  })),
  by("mallory", "a lock file that goes by itself", ["PA3", "removal-illegal"], () => ({
    [lockFile(LED)]: undefined,
  })),
  by(
    "mallory",
    "a lapsed lock taken without ending it",
    ["LK2", "companion-missing"],
    (scene) => lock(scene, LAPSING, "mallory", 2),
    (scene) => ({ time: scene.victim.time + 10_000 }),
  ),
  by("mallory", "a token that is far ahead", ["CL12", "lock-token-wrong"], (scene) =>
    lock(scene, "fresh", "mallory", 1_000_000),
  ),
  by("mallory", "a lock among the ends of another", ["LK1", "lock-name-illegal"], (scene) =>
    lock(scene, `${LED}/attempts`, "mallory", 1),
  ),
  by("mallory", "a lock that climbs out", ["RE4", "field-invalid"], async (scene) => {
    const [bytes] = Object.values(await lock(scene, "../tasks", "mallory", 1));
    return { [lockFile("tasks")]: bytes };
  }),
  by("mallory", "a lock at the place of another", ["RE5", "path-wrong"], async (scene) => {
    const [bytes] = Object.values(await lock(scene, "fresh", "mallory", 1));
    return { [lockFile(LED)]: bytes };
  }),
];
