/**
 * `mound hook pre-receive`, as git runs it at every push: started past the rest of the command, which
 * takes longer to load than an ordinary push to judge.
 */
import { readFileSync, statSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { config } from "zod/mini";
import type { DoorAnswer, DoorMove } from "../../app/door.ts";
import { judgeReceive, type Received } from "../../open/door.ts";
import { isOid, type Oid } from "../../protocol/ids.ts";

/** Judges the moves that git lists on standard input; answers the exit code. */
export async function preReceive(): Promise<number> {
  const gitDir = resolve(process.env["GIT_DIR"] ?? ".");
  // A schema that is used once or twice is not worth compiling.
  config({ jitless: true });
  try {
    // Where several users push to one repository, its group may write what the judge keeps.
    if ((statSync(join(gitDir, "objects")).mode & 0o020) !== 0) process.umask(0o002);
    const moves = readMoves(readFileSync(0, "utf8"));
    const received = await judgeReceive(moves, {
      gitDir,
      environment: process.env,
      progress: teller(),
    });
    if (!received.answer.accepted) return await refuse(received.answer);
    await tidy(gitDir, moves, received);
    return 0;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return refuse({ accepted: false, fault: { code: "door-broken", detail }, finding: undefined });
  }
}

/** `OLD SP NEW SP REF LF`, where forty zeros stand for nothing. */
function readMoves(text: string): readonly DoorMove[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [old = "", next = "", ...ref] = line.split(" ");
      if (!isOid(old) || !isOid(next))
        throw new Error("git lists no objects that are named by SHA-1");
      return { ref: ref.join(" "), old: named(old), next: named(next) };
    });
}

function named(oid: Oid): Oid | undefined {
  return /^0+$/.test(oid) ? undefined : oid;
}

/** A repository that gets a judge late, or a newer one, is folded once; whoever pushes then is told. */
const TELL_AFTER_MS = 1_500;
const TELL_EVERY_MS = 5_000;

function teller(): (folded: number) => void {
  let due = performance.now() + TELL_AFTER_MS;
  return (folded) => {
    if (performance.now() < due) return;
    due = performance.now() + TELL_EVERY_MS;
    say(
      `mound: the judge reads the history that it does not know yet: ${folded} commits so far. The first push after an upgrade takes longer.`,
    );
  };
}

async function refuse(answer: DoorAnswer & { readonly accepted: false }): Promise<number> {
  const { refusalText } = await import("./refusal-text.ts");
  say(refusalText(answer));
  return 1;
}

/** What the judge keeps is put in order by a process of its own, which the push does not wait for. */
async function tidy(
  gitDir: string,
  moves: readonly DoorMove[],
  { states }: Received,
): Promise<void> {
  const old = moves.find(({ ref, old: from }) => ref.startsWith("refs/heads/") && from)?.old;
  const command = process.argv[1];
  if (!states.full || old === undefined || command === undefined) return;
  const { startDetached } = await import("../../git/detached.ts");
  startDetached(process.execPath, [command, "hook", "compact", gitDir, old]);
}

/** All of it at once, and before the process ends: git passes it on line by line. */
function say(text: string): void {
  writeSync(2, `${text}\n`);
}
