/**
 * How well a task suits one agent: what only this agent sees of it. It draws no two agents to the same
 * task, so it is never flattened.
 *
 *   need × success × threshold × load × trust / (1 + own failures)
 */
import type { CapabilitiesState, SkillRecord } from "../../capabilities-state.ts";
import type { AgentId } from "../../ids.ts";
import { isInDate } from "../../rules/able.ts";
import { ANY_SKILL, deedsOf } from "../../rules/deeds.ts";
import type { View } from "../../state.ts";
import type { TodoState } from "../../todo-state.ts";
import { isOfTrust, standingFor, trustFactor, type Standing, type Terms } from "./worth.ts";

/**
 * A task that needs what one has declared weighs so much more than one that needs nothing: anybody can
 * do that, and specialists are to get their own work at least three times as often as chance.
 */
const SPECIALITY = 3;
/** So many outcomes weigh as much in a skill's record as what is known of the agent otherwise. */
const PRIOR = 4;
/**
 * A skill that is proven weighs up to so many times more than another that is only declared: with 5,
 * agents that declare eight skills and have proven one take its tasks more than three times as often as
 * chance, and claims collide no more often (`npm run sim:matching`).
 */
const PROVEN = 5;
/** What a finish counts that nobody has reviewed. */
const UNREVIEWED = 0.5;

/** Of the response threshold: where it starts, what moves it, and its bounds. */
const THRESHOLD = { start: 1, accepted: 0.1, failed: 0.05, least: 0.2, most: 5 };
/** An agent that is full is not asked less than this: its capacity is its own estimate. */
const LOAD_LEAST = 0.1;

export interface Skill {
  /** From 0 to 2, 1 where nothing is known; times what a proven skill weighs more. */
  readonly success: number;
  /** The threshold θ; work in this skill lowers it, failures raise it. */
  readonly threshold: number;
}

/** An agent as a chooser of tasks, at log time `now` (milliseconds). */
export class Aptitude {
  readonly agent: AgentId;
  readonly declared: ReadonlySet<string>;
  /** From 0.1 to 1: how much of its capacity is free. */
  readonly load: number;
  readonly #view: View;
  readonly #skills = new Map<string, Skill>();
  readonly #general: Skill;
  readonly #now: number;
  #standing: Standing | undefined;

  constructor(view: View, agent: AgentId, now: number) {
    this.agent = agent;
    this.#now = now;
    this.#view = view;
    const can = view.get(`can/${agent}`);
    this.declared = declaredBy(can, now);
    this.load = loadFactor(can, Object.keys(view.get(`held/${agent}`) ?? {}).length);
    this.#general = this.#skillOf(ANY_SKILL);
  }

  skill(name: string): Skill {
    let skill = this.#skills.get(name);
    if (skill === undefined) this.#skills.set(name, (skill = this.#skillOf(name)));
    return skill;
  }

  /** The weight of a task with this stimulus; 0 where a need is not met. */
  weigh({ needs, failed }: Pick<TodoState, "needs" | "failed">, stimulus: number): number {
    const failures = failed === undefined ? 0 : ownFailures(failed, this.agent);
    const { threshold } = this.skillFor(needs);
    return (this.factorFor(needs) * responseFactor(stimulus, threshold)) / (1 + failures);
  }

  /** What does not hang on the task but for its needs: need × success × load; 0 where one is not met. */
  factorFor(needs: readonly string[] = []): number {
    return this.need(needs) * this.skillFor(needs).success * this.load;
  }

  /** What trust makes of a task with these terms; see worth.ts. Most ask for none: then none is looked up. */
  trust(terms: Terms, usual: number): number {
    return isOfTrust(terms) ? trustFactor(this.standing, terms, usual) : 1;
  }

  get standing(): Standing {
    return (this.#standing ??= standingFor(this.#view, this.agent, this.#now));
  }

  /** Whether every need is declared and in date: 0, 1 where nothing is needed, else more. */
  need(needs: readonly string[]): number {
    for (const need of needs) if (!this.declared.has(need)) return 0;
    return needs.length === 0 ? 1 : SPECIALITY;
  }

  /** Its success and threshold at tasks with these needs: the weakest of the skills decides. */
  skillFor(needs: readonly string[] = []): Skill {
    if (needs.length === 0) return this.#general;
    const skills = needs.map((need) => this.skill(need));
    return {
      success: Math.min(...skills.map(({ success }) => success)),
      threshold: Math.max(...skills.map(({ threshold }) => threshold)),
    };
  }

  /**
   * The mean of a Beta posterior (as in Jøsang and Ismail, 2002) over twice the neutral one half. Its prior
   * is what is known of the agent whatever the skill, and that has a neutral prior in turn: with few
   * outcomes in a skill little is made of them.
   */
  #skillOf(name: string): Skill {
    const known = (skill: string) => evidence(deedsOf(this.#view, this.agent, skill));
    const any = known(ANY_SKILL);
    const general = (any.good + PRIOR / 2) / (any.good + any.bad + PRIOR);
    const own = name === ANY_SKILL ? any : known(name);
    const mean =
      name === ANY_SKILL ? general : (own.good + PRIOR * general) / (own.good + own.bad + PRIOR);
    const { start, accepted, failed, least, most } = THRESHOLD;
    const threshold = start - accepted * own.good + failed * own.bad;
    const proven = name === ANY_SKILL ? 0 : provenIn(own);
    return {
      success: 2 * mean * (1 + PROVEN * proven),
      threshold: Math.min(most, Math.max(least, threshold)),
    };
  }
}

/** s²/(s²+θ²): how readily an agent answers a stimulus (Bonabeau, Theraulaz and Deneubourg, 1996). */
export function responseFactor(stimulus: number, threshold: number): number {
  const square = stimulus * stimulus;
  return square / (square + threshold * threshold);
}

/** How often the agent has failed at the task itself, or let it lapse. */
export function ownFailures(failed: readonly AgentId[], agent: AgentId): number {
  let count = 0;
  for (const one of failed) if (one === agent) count += 1;
  return count;
}

/** The share of its capacity that is free, by what it says and by what it holds. */
export function loadFactor(can: CapabilitiesState | undefined, held: number): number {
  if (can === undefined) return 1;
  const load = Math.max(can.load, held);
  return Math.max(LOAD_LEAST, (can.capacity - load) / can.capacity);
}

/** What an agent says it can do, and has at hand, at the moment. */
function declaredBy(can: CapabilitiesState | undefined, now: number): ReadonlySet<string> {
  return new Set(can !== undefined && isInDate(can, now) ? [...can.skills, ...can.tags] : []);
}

/**
 * From 0 to 1: hardly anything after a few outcomes, most of it after a dozen good ones; a threshold as
 * in the response to a stimulus, so that work done once in passing makes no specialist.
 */
function provenIn({ good, bad }: { readonly good: number; readonly bad: number }): number {
  const all = good + bad;
  return (good * good) / (all * all + PRIOR * PRIOR);
}

function evidence({ done, accepted, rejected, failed, lapsed }: SkillRecord) {
  const unreviewed = Math.max(0, done - accepted - rejected);
  return { good: accepted + UNREVIEWED * unreviewed, bad: rejected + failed + lapsed };
}
