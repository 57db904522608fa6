/** What a push may move besides the line's branch. */
import { TREE_BYTES, type DoorObjects } from "../app/door-commit.ts";
import type { DoorFault, DoorMove } from "../app/door.ts";
import { PRESENCE_REFS, STATE_REFS } from "../app/ports.ts";
import type { JudgedBranch } from "../git/judged-branch.ts";
import { readRefFile } from "../git/ref-file.ts";
import { isAgentId } from "../protocol/ids.ts";

/** Heartbeats, and what lies beside a mound: nothing of it is judged, and none of it may be the line. */
export async function refuseOther(
  gitDir: string,
  objects: DoorObjects,
  { branch, beside }: JudgedBranch,
  { ref, next }: DoorMove,
): Promise<DoorFault | undefined> {
  const refuse = (detail: string): DoorFault => ({ code: "door-ref", ref, detail });
  if (readRefFile(gitDir, ref) === "symbolic") return refuse("it is another name of a ref");
  if (ref.startsWith(PRESENCE_REFS)) return refusePresence(objects, ref, next);
  if (ref.startsWith(STATE_REFS)) return refuseState(objects, ref, next);
  if (ref.startsWith("refs/mound/"))
    return refuse(`of refs/mound/, only ${PRESENCE_REFS} and ${STATE_REFS} are taken`);
  if (!beside) return refuse(`this repository holds the mound on ${branch}, and nothing else`);
  // On a disk that does not tell capitals, this is the branch itself.
  const same = ref.toLowerCase() === `refs/heads/${branch}`.toLowerCase();
  return same ? refuse(`it differs from refs/heads/${branch} in capitals only`) : undefined;
}

async function refusePresence(
  objects: DoorObjects,
  ref: string,
  next: DoorMove["next"],
): Promise<DoorFault | undefined> {
  const refuse = (detail: string): DoorFault => ({ code: "door-presence", ref, detail });
  if (!isAgentId(ref.slice(PRESENCE_REFS.length))) return refuse("it does not name an agent");
  if (next === undefined) return undefined;
  const { HEARTBEAT_BYTES } = await import("../protocol/presence.ts");
  const [found] = await objects.read([next], HEARTBEAT_BYTES);
  if (found?.type !== "blob")
    return refuse(`it is a ${found?.type ?? "missing object"}, not a file`);
  if (found.bytes !== undefined) return undefined;
  return refuse(`it has ${found.size} bytes, and a heartbeat at most ${HEARTBEAT_BYTES}`);
}

/** A folded state: who starts from it compares its digest with those that were signed. */
async function refuseState(
  objects: DoorObjects,
  ref: string,
  next: DoorMove["next"],
): Promise<DoorFault | undefined> {
  const refuse = (detail: string): DoorFault => ({ code: "door-ref", ref, detail });
  if (!isAgentId(ref.slice(STATE_REFS.length))) return refuse("it does not name an agent");
  if (next === undefined) return undefined;
  const [found] = await objects.read([next], TREE_BYTES);
  return found?.type === "tree" && found.bytes !== undefined
    ? undefined
    : refuse(
        `it is a ${found?.type ?? "missing object"} of ${found?.size ?? 0} bytes, not the state's shards`,
      );
}
