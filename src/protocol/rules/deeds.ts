/**
 * What agents have done, counted from the log: evidence beside what they say of themselves. By each skill
 * that a task needed, and under `*` for every task.
 */
import type { SkillRecord } from "../capabilities-state.ts";
import type { AgentId } from "../ids.ts";
import { LIST_ITEMS } from "../limits.ts";
import type { Outcome, Overlay, View } from "../state.ts";

/** Under this it stands what an agent did whatever the skill; no skill has such a name. */
export const ANY_SKILL = "*";

/** As many as an agent may declare at one time: of one that has done more, what it did least is forgotten. */
export const SKILLS_KEPT = LIST_ITEMS;

/** What is answered, this very object, where nothing is known. */
export const NO_DEEDS: SkillRecord = { done: 0, accepted: 0, rejected: 0, failed: 0, lapsed: 0 };

/** What an agent has done at tasks that need a skill; `NO_DEEDS` where nothing is known. */
export function deedsOf(view: View, agent: AgentId, skill: string): SkillRecord {
  const skills = view.get(`did/${agent}`)?.skills;
  // A skill may be called `constructor`, and what is read from a file has a prototype.
  return skills !== undefined && Object.hasOwn(skills, skill) ? skills[skill]! : NO_DEEDS;
}

/** A sign of life that changes no count. */
export function recordSign(state: Overlay, agent: AgentId, time: number): void {
  const skills = state.get(`did/${agent}`)?.skills ?? {};
  state.set(`did/${agent}`, { last: time, skills });
}

/** The end of a claim; its holder gives the sign of life, unless it lapsed. */
export function recordEnding(
  state: Overlay,
  holder: AgentId,
  needs: readonly string[],
  outcome: Outcome,
  time: number,
): void {
  if (outcome === "done" || outcome === "failed") {
    count(state, holder, needs, outcome);
    recordSign(state, holder, time);
  } else if (outcome === "expired") count(state, holder, needs, "lapsed");
  else if (outcome === "released") recordSign(state, holder, time);
}

/** What was said of work that is done. */
export function recordReview(
  state: Overlay,
  worker: AgentId,
  needs: readonly string[],
  accepted: boolean,
): void {
  count(state, worker, needs, accepted ? "accepted" : "rejected");
}

function count(
  state: Overlay,
  agent: AgentId,
  needs: readonly string[],
  what: keyof SkillRecord,
): void {
  const before = state.get(`did/${agent}`) ?? { last: 0, skills: {} };
  // Without a prototype, so that a skill may be called `constructor`.
  const skills = Object.create(null) as Record<string, SkillRecord>;
  for (const skill of Object.keys(before.skills)) skills[skill] = before.skills[skill]!;
  for (const skill of [ANY_SKILL, ...new Set(needs)]) {
    const record = skills[skill] ?? NO_DEEDS;
    if (record === NO_DEEDS && skill !== ANY_SKILL) makeRoom(skills);
    skills[skill] = { ...record, [what]: record[what] + 1 };
  }
  state.set(`did/${agent}`, { last: before.last, skills });
}

/** Forgets the skill with the fewest endings, of equals the first in order of name. */
function makeRoom(skills: Record<string, SkillRecord>): void {
  const names = Object.keys(skills).filter((name) => name !== ANY_SKILL);
  if (names.length < SKILLS_KEPT) return;
  const [least] = names.toSorted(
    (a, b) => endings(skills[a]!) - endings(skills[b]!) || (a < b ? -1 : 1),
  );
  delete skills[least!];
}

function endings({ done, failed, lapsed }: SkillRecord): number {
  return done + failed + lapsed;
}
