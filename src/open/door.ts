/** The judge at the door of a bare repository, as git's pre-receive hook calls it. */
import { resolve } from "node:path";
import { judgeMove, type DoorAnswer, type DoorFault, type DoorMove } from "../app/door.ts";
import { Behind } from "../app/door-state.ts";
import type { Clock } from "../app/ports.ts";
import { systemClock } from "../git/clock.ts";
import { doorObjects } from "../git/door-objects.ts";
import { FileDoorStates } from "../git/door-states.ts";
import { quarantineOf } from "../git/environment.ts";
import { judgedBranch } from "../git/judged-branch.ts";
import { readRefFile } from "../git/ref-file.ts";
import type { PublicKey } from "../protocol/ids.ts";
import { PROTOCOL } from "../protocol/version.ts";
import { BUILD } from "./build.ts";
import { refuseOther } from "./door-refs.ts";
import { lateHistory, lateVerifier } from "./late-ports.ts";

export interface ReceiveOptions {
  readonly gitDir: string;
  /** Of the hook: git's quarantine is in it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Milliseconds; `RECEIVE_MS` unless said. */
  readonly limitMs?: number;
  /** How many commits were folded so far to catch up with the branch. */
  readonly progress?: (folded: number) => void;
}

export interface Received {
  readonly answer: DoorAnswer;
  /** The cache is to be put in order once the push was answered. */
  readonly states: FileDoorStates;
}

/** A client waits two minutes for a push, and then does not know what became of it. */
const RECEIVE_MS = 90_000;
/** For a git that hangs: whoever still works has noticed by then that time is up, and kept what it has. */
const GRACE_MS = 15_000;

/** Judges all that one push would move; the first refusal refuses all of it. Never rejects. */
export async function judgeReceive(
  moves: readonly DoorMove[],
  options: ReceiveOptions,
): Promise<Received> {
  const { gitDir, limitMs: limit = RECEIVE_MS } = options;
  const states = new FileDoorStates(gitDir, doorBuild());
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DoorAnswer>((settle) => {
    const fault = { code: "door-late", limit, behind: false } as const;
    timer = setTimeout(() => settle(no(fault)), limit + GRACE_MS);
  });
  try {
    return { answer: await Promise.race([judgeAll(moves, options, states, limit), late]), states };
  } catch (error) {
    return { answer: no(broken(error, limit)), states };
  } finally {
    clearTimeout(timer);
  }
}

/** Names what made a cached state: other code or another protocol may fold another one. */
export function doorBuild(): string {
  return `p${PROTOCOL}-${BUILD}`;
}

async function judgeAll(
  moves: readonly DoorMove[],
  { gitDir, environment, clock = systemClock, progress = () => undefined }: ReceiveOptions,
  states: FileDoorStates,
  limit: number,
): Promise<DoorAnswer> {
  const quarantine = quarantineOf(environment);
  const folder = quarantine["GIT_OBJECT_DIRECTORY"];
  const objects = doorObjects({
    gitDir,
    environment:
      folder === undefined ? quarantine : { ...quarantine, GIT_OBJECT_DIRECTORY: resolve(folder) },
  });
  const verifier = lateVerifier();
  const from = performance.now();
  const inTime = (): void => {
    if (performance.now() - from > limit) throw new Late();
  };
  const history = lateHistory(gitDir);
  const ports = { objects, states, verifier, clock, inTime, progress, presume, history };
  try {
    const judged = await judgedBranch(gitDir);
    for (const move of moves) {
      if (move.ref === `refs/heads/${judged.branch}`) continue;
      const fault = await refuseOther(gitDir, objects, judged, move);
      if (fault !== undefined) return no(fault);
    }
    for (const move of moves) {
      if (move.ref !== `refs/heads/${judged.branch}`) continue;
      const moved = refuseMoved(gitDir, move);
      if (moved !== undefined) return no(moved);
      const answer = await judgeMove(ports, move);
      if (!answer.accepted) return answer;
    }
    return { accepted: true };
  } finally {
    objects.close();
    await verifier.close();
  }
}

async function presume(keys: readonly PublicKey[]): Promise<void> {
  const { presumeKeys } = await import("../keys/presume.ts");
  presumeKeys(keys);
}

/** git compares when it moves the branch; here it saves the work of judging what cannot land. */
function refuseMoved(gitDir: string, { ref, old }: DoorMove): DoorFault | undefined {
  const found = readRefFile(gitDir, ref);
  if (found === "symbolic") return { code: "door-ref", ref, detail: "it is another name of a ref" };
  return found === old ? undefined : { code: "door-moved", ref, found: found ?? "" };
}

class Late extends Error {}

function broken(error: unknown, limit: number): DoorFault {
  if (error instanceof Behind) return { code: "door-late", limit, behind: true };
  if (error instanceof Late) return { code: "door-late", limit, behind: false };
  return { code: "door-broken", detail: error instanceof Error ? error.message : String(error) };
}

function no(fault: DoorFault): DoorAnswer {
  return { accepted: false, fault, finding: undefined };
}
