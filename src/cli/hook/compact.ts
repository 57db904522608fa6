import { compactStates } from "../../git/door-compact.ts";
import { FileDoorStates } from "../../git/door-states.ts";
import { doorBuild } from "../../open/door.ts";
import type { Oid } from "../../protocol/ids.ts";

/** Puts what a repository's judge has kept in order, after a push; answers the exit code. */
export async function compact(gitDir: string, tip: string): Promise<number> {
  compactStates(new FileDoorStates(gitDir, doorBuild()), gitDir, tip as Oid);
  return 0;
}
