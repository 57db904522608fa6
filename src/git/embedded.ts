/**
 * The origin inside a clone. It holds the one object store of both (the clone names it in
 * `objects/info/alternates`), so nothing has to be carried: what is written there is at the origin,
 * and the compare-and-swap of the branch is one `git update-ref`. Pushing to it from other clones
 * works as to any bare repository.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import {
  STATE_REFS,
  type PushOutcome,
  type Remote,
  type RemoteFault,
  type Rider,
} from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { GitError } from "./fault.ts";
import { FROZEN } from "./freeze.ts";
import { peekBranch } from "./ref-file.ts";
import { gitRefs, type GitRefs } from "./refs.ts";
import { listPresence } from "./riders.ts";
import { Superseded } from "./superseded.ts";
import { releasePacks } from "./write-pack.ts";

/** A lock that nobody moves for this long is left over from a crash; others push here as well. */
const LOCK_STALE_MS = 30_000;
const LOCK_PATIENCE_MS = 40_000;

/** One branch of an embedded origin, as the clone around it sees it. */
export function embeddedRemote(origin: string, branch: string): Remote {
  const name = `refs/heads/${branch}`;
  // Its hooks stand guard here as they do over a push: a frozen origin refuses by one.
  const settings = [`core.hooksPath=${join(origin, "hooks")}`];
  const refs = gitRefs(origin, {
    lockPatienceMs: LOCK_PATIENCE_MS,
    lockStaleMs: LOCK_STALE_MS,
    settings,
  });
  const superseded = new Superseded(origin);
  const carry: Carry = async (riders) => {
    const moved = await moveRiders(refs, origin, riders);
    await superseded.by(riders.filter(({ ref }) => moved.carried.includes(ref)));
    return moved;
  };
  return {
    url: origin,
    fetch: async () => ok(await refs.read(name)),
    peek: async () => peekBranch(origin, branch),
    async push(next, old, riders = []) {
      const outcome = await swapBranch(refs, { origin, name, next, old });
      // The branch leads to them now, or nothing ever will.
      releasePacks(origin);
      if (riders.length === 0) return outcome;
      // Whatever keeps the riders behind, the line is where it is.
      const moved = await carry(riders).catch(() => undefined);
      return { ...outcome, carried: moved?.carried ?? [] };
    },
    async publish(riders): Promise<Result<undefined, RemoteFault>> {
      const { fault } = await carry(riders);
      return fault === undefined ? ok(undefined) : err(fault);
    },
    presence: async () => ok(await listPresence(origin)),
    state: async (agent) => ok(await refs.read(`${STATE_REFS}${agent}`)),
  };
}

interface Moved {
  readonly carried: readonly string[];
  readonly fault: RemoteFault | undefined;
}

type Carry = (riders: readonly Rider[]) => Promise<Moved>;

interface BranchMove {
  readonly origin: string;
  readonly name: string;
  readonly next: Oid;
  readonly old: Oid | undefined;
}

async function swapBranch(
  refs: GitRefs,
  { origin, name, next, old }: BranchMove,
): Promise<PushOutcome> {
  try {
    if (await refs.swap(name, next, old)) return { kind: "done" };
  } catch (error) {
    return refusal(error, origin);
  }
  const found = await refs.read(name);
  // As after a push of the same commit: whose it is, the nonce tells.
  if (found === next)
    return { kind: "unknown", detail: "the branch already stands at this commit" };
  return { kind: "refused", why: "moved", detail: `at ${found ?? "no commit"}` };
}

/** Two daemons that speak for one agent meet once in a while; more often than this they do not. */
const FORCE_TRIES = 5;

async function forceAll(refs: GitRefs, riders: readonly Rider[]): Promise<boolean> {
  const moves = riders.map(async ({ ref, oid }) => ({
    name: ref,
    next: oid,
    old: await refs.read(ref),
  }));
  try {
    return await refs.swapMany(await Promise.all(moves));
  } catch (error) {
    if (error instanceof GitError && error.fault.code !== "git-missing") return false;
    throw error;
  }
}

async function force(refs: GitRefs, ref: string, oid: Oid): Promise<boolean> {
  for (let tries = 0; tries < FORCE_TRIES; tries += 1)
    if (await refs.swap(ref, oid, await refs.read(ref))) return true;
  return false;
}

/** In one transaction where that goes, else one by one: a ref that cannot be moved holds up no other. */
async function moveRiders(refs: GitRefs, origin: string, riders: readonly Rider[]): Promise<Moved> {
  if (await forceAll(refs, riders))
    return { carried: riders.map(({ ref }) => ref), fault: undefined };
  const carried: string[] = [];
  let fault: RemoteFault | undefined;
  for (const { ref, oid } of riders) {
    try {
      if (await force(refs, ref, oid)) carried.push(ref);
      else fault ??= { code: "remote-refused", url: origin, detail: `${ref}: others move it` };
    } catch (error) {
      if (!(error instanceof GitError) || error.fault.code === "git-missing") throw error;
      const detail = `${ref}: ${"detail" in error.fault ? error.fault.detail : error.fault.code}`;
      fault ??= { code: "remote-refused", url: origin, detail };
    }
  }
  return { carried, fault };
}

/** Lets a clone read what lies in the origin inside it; relative, so that the folder may be moved. */
export async function shareObjects(commonDir: string): Promise<void> {
  const info = join(commonDir, "objects", "info");
  await mkdir(info, { recursive: true });
  await writeFile(join(info, "alternates"), "../mound/origin.git/objects\n");
}

function refusal(error: unknown, origin: string): PushOutcome {
  if (!(error instanceof GitError)) throw error;
  const { fault } = error;
  if (fault.code === "ref-locked")
    return { kind: "refused", why: "contended", detail: fault.detail };
  if (fault.code !== "git-failed" || !fault.detail.includes(FROZEN)) throw error;
  return { kind: "failed", fault: { code: "remote-refused", url: origin, detail: fault.detail } };
}
