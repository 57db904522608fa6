/** What refused commits have left in the tree of a mound, and its repair. */
import { defined } from "../base/assert.ts";
import { treeOf } from "../app/build.ts";
import { findLeftovers, implied } from "../app/leftovers.ts";
import type { Outcome } from "../app/request.ts";
import { withKeys } from "../app/sharded-state.ts";
import type { Leftover } from "../protocol/commands/plan.ts";
import type { RepairCommand } from "../protocol/commands/repair.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import { RESTORE_PATHS } from "../protocol/limits.ts";
import type { RefusalState } from "../protocol/refusal-state.ts";
import type { Mound } from "./mound.ts";

/** Paths that are looked for in one go; what lies beyond is found when these are mended. */
const LOOKED_FOR = 5 * RESTORE_PATHS;
/** Looks in one repair: a stranger may litter as fast as it is cleared away. */
const ROUNDS = 16;

export interface Damage {
  /** The commit whose tree it is. */
  readonly tip: Oid | undefined;
  /** At most `LOOKED_FOR`, in an order in which they can be mended. */
  readonly leftovers: readonly Leftover[];
  /** Of the newest refused commits, by their names: who, when and why. */
  readonly refusals: ReadonlyMap<Oid, RefusalState>;
}

/** How the tree of the verified tip differs from what the state implies, as far as it is seen in git. */
export async function findDamage({ line, ports }: Pick<Mound, "line" | "ports">): Promise<Damage> {
  const { tip } = line;
  const state = await withKeys(line.state, () => implied(line.state));
  const refusals = new Map(state.refusals.map((refusal) => [refusal.commit, refusal]));
  const tree = tip === undefined ? undefined : await treeOf(tip, ports.objects);
  if (tree?.ok !== true) return { tip, leftovers: [], refusals };
  const found = await findLeftovers(state, tree.value, ports, LOOKED_FOR);
  const leftovers = found.some(({ unseen }) => !unseen) ? found : [];
  return { tip, leftovers, refusals };
}

/** As many commands as it takes commits to mend it all. */
export function repairsFor({ leftovers }: Pick<Damage, "leftovers">): readonly RepairCommand[] {
  const commits = Math.ceil(leftovers.length / RESTORE_PATHS);
  return Array.from({ length: commits }, () => ({ type: "repair" }));
}

export interface Repaired {
  /** What was found and mended, whoever mended it: another clone may have been faster. */
  readonly damage: readonly Damage[];
  /** The commits that were made here. */
  readonly commits: readonly Oid[];
  /** The first command that was not carried out. */
  readonly failed: (Outcome & { readonly ok: false }) | undefined;
}

/** Mends until nothing is left, in the name of an agent; the line was synced just now. */
export async function repairMound(mound: Mound, agent: AgentId): Promise<Repaired> {
  const damage: Damage[] = [];
  const commits: Oid[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await findDamage(mound);
    // What a commit did not mend, another one of the same kind does not either.
    if (found.leftovers.length === 0 || isSame(found, damage.at(-1))) break;
    const outcomes = await mound.submit(agent, repairsFor(found));
    const failed = outcomes.find((outcome) => !outcome.ok);
    for (const outcome of outcomes)
      if (outcome.ok && outcome.value.commit !== undefined) commits.push(outcome.value.commit);
    if (failed?.ok === false) return { damage, commits, failed };
    damage.push(found);
    // What the daemon of the clone has done is in the cache, and what others did is at the origin.
    await mound.line.catchUp();
  }
  return { damage, commits, failed: undefined };
}

function isSame({ leftovers }: Damage, before: Damage | undefined): boolean {
  return (
    leftovers.length === before?.leftovers.length &&
    leftovers.every(({ path }, at) => path === before.leftovers[at]?.path)
  );
}

/** What is known of the commit that left a path. */
export function culpritOf({ by }: Leftover, { refusals }: Damage): RefusalState | undefined {
  return by === undefined ? undefined : defined(refusals.get(by), "a refused commit of the state");
}
