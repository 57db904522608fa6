/**
 * The refused commits that no honest program makes, and what each costs. A commit names its parent, and with it
 * all of history: nobody can put it where its author did not. So whoever judges before signing, as every
 * build of Mound does, never signs one of these, and a race that is lost leaves none on the line.
 *
 * A table of few rules, by intent. They are those that every build has had in the same words: what a newer build alone refuses, an
 * honest older one may write. They are faults that somebody who writes by hand does not make by
 * mistake or for want of knowledge of the rules: a stale token, a finish that comes too late, a cap, a missing
 * signature, a removal, settings or furniture changed by who may not are none of them.
 */
import type { Fault } from "./fault.ts";
import { isAgentId, type AgentId, type TaskId } from "./ids.ts";
import type { CommitFacts } from "./judge.ts";
import { COMMIT_NAMESPACE } from "./signature.ts";
import { VOUCHERS_NOTED } from "./limits.ts";
import { CLAIM_FILE, taskFolder } from "./paths.ts";
import { keyInForce } from "./rules/members.ts";
import { liveVouches, subjectOf } from "./rules/trust/vouches.ts";
import type { View } from "./state.ts";
import type { CheatState, SlashState } from "./trust-state.ts";

interface Cheat {
  readonly rule: string;
  readonly code: Fault["code"];
  readonly quarters: SlashState["quarters"];
  /** What else must hold. */
  readonly when: (fault: never, scene: Scene) => boolean;
}

interface Scene {
  readonly before: View;
  readonly author: AgentId;
  readonly facts: CommitFacts;
  /** Commit time in milliseconds. */
  readonly time: number;
}

type Held = { readonly by: string; readonly until: number; readonly task: TaskId };

const ofAnother = ({ by, until }: Omit<Held, "task">, { author, time }: Scene): boolean =>
  by !== author && time < until;

const CHEATS: readonly Cheat[] = [
  // Takes what another holds. Somebody at a keyboard may read a time wrong: the least that there is.
  { rule: "CL1", code: "held", quarters: 1, when: ofAnother },
  { rule: "AT1", code: "held", quarters: 1, when: ofAnother },
  { rule: "LK2", code: "lock-held", quarters: 1, when: ofAnother },
  { rule: "LK3", code: "lock-held", quarters: 1, when: ofAnother },
  // Writes over the lock file of another's live claim. A finish for somebody else may be meant well.
  {
    rule: "CL4",
    code: "held",
    quarters: 1,
    when: (fault: Held, scene) => ofAnother(fault, scene) && takesLock(fault, scene),
  },
  // Writes in another member's name what that member has not signed.
  { rule: "LN5", code: "author-wrong", quarters: 2, when: isForged },
  // Makes itself a root.
  { rule: "MO3", code: "not-a-root", quarters: 4, when: crownsItself },
];

/** What is noted of a refused commit: undefined where it may be a mistake, or may be by somebody else. */
export function cheatOf(
  before: View,
  facts: CommitFacts,
  found: Fault,
  time: number,
): CheatState | undefined {
  const author = facts.commit?.author.name ?? "";
  if (!isAgentId(author) || facts.commit!.committer.name !== author) return undefined;
  const { signature } = facts;
  const key = keyInForce(before, author);
  if (key === undefined || signature?.key !== key || !signature.valid) return undefined;
  if (signature.namespace !== COMMIT_NAMESPACE) return undefined;
  const cheat = CHEATS.find(({ rule, code }) => rule === found.rule && code === found.code);
  if (cheat?.when(found as never, { before, author, facts, time }) !== true) return undefined;
  // A refused commit is no proof of time.
  const at = before.get("line")!.time;
  const vouchers = vouchersOf(before, author, at);
  return { agent: author, rule: found.rule, quarters: cheat.quarters, at, vouchers };
}

/** Who answers for it, though they take their word back before anybody says so: the oldest and highest vouches. */
function vouchersOf(view: View, author: AgentId, now: number): readonly AgentId[] {
  const live = liveVouches(view, subjectOf(view, author)!, now);
  const rank = { high: 0, medium: 1, low: 2 };
  return live
    .toSorted(([, a], [, b]) => rank[a.level] - rank[b.level] || a.at - b.at)
    .slice(0, VOUCHERS_NOTED)
    .map(([issuer]) => issuer)
    .toSorted();
}

function takesLock({ task }: Held, { facts }: Scene): boolean {
  const lock = `${taskFolder(task)}/${CLAIM_FILE}`;
  return facts.changes.some(({ path, mode }) => mode !== undefined && path === lock);
}

/** The author has signed it, and whom it names, a member, has not. */
function isForged(
  { path, expected }: { readonly path: string; readonly expected: string },
  { before, author, facts }: Scene,
): boolean {
  const signers = facts.changes
    .filter((change) => change.path === path)
    .flatMap((change) => change.signatures.map(({ key }) => key));
  const theirs = keyInForce(before, expected);
  return (
    theirs !== undefined &&
    !signers.includes(theirs) &&
    signers.includes(keyInForce(before, author))
  );
}

function crownsItself(_fault: unknown, { author, facts }: Scene): boolean {
  const record = facts.changes.find(({ path }) => path === "mound.yaml")?.record;
  const roots = record?.ok === true ? record.value.body.get("roots") : undefined;
  return Array.isArray(roots) && roots.some((root: string) => root.startsWith(`${author} `));
}
