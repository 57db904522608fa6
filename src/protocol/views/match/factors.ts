/** What a weight is made of, for people: each factor with its value and what it comes from. */
import type { SkillRecord } from "../../capabilities-state.ts";
import { ANY_SKILL, deedsOf, NO_DEEDS } from "../../rules/deeds.ts";
import { todoTerms } from "../../rules/put-task.ts";
import type { TaskState, View } from "../../state.ts";
import { formatShare } from "../../share.ts";
import { formatDuration, formatInstant } from "../../time.ts";
import type { TodoState } from "../../todo-state.ts";
import { ownFailures, responseFactor, type Aptitude } from "./aptitude.ts";
import type { TaskMarks } from "../signals.ts";
import type { Urgency } from "../urgency.ts";
import { boardOf } from "./board.ts";
import type { Sources } from "./sources.ts";
import { isOfTrust, termsOf } from "./worth.ts";
import {
  ageFactor,
  callOf,
  deadlineFactor,
  priorityFactor,
  repelOf,
  stimulusOf,
  urgencyFactor,
} from "./stimulus.ts";

export interface Factor {
  readonly name: string;
  /** What the weight is multiplied by; of `signals`, what is added to the stimulus before `repelled`. */
  readonly value: number;
  readonly note: string;
}

export interface Weighed {
  /** What only the agent sees: the product of its factors. */
  readonly own: number;
  /** What all agents see alike. */
  readonly stimulus: number;
  readonly factors: readonly Factor[];
}

/** A task weighed for an agent, with every factor; a need that is not met makes `own` 0. */
export function weighTask(
  view: View,
  aptitude: Aptitude,
  task: TaskState,
  now: number,
  { marks, urgency }: Sources,
): Weighed {
  const todo = view.get(`todo/${task.id}`) ?? settled(task);
  const mark = marks?.of(task);
  const waiting = urgency?.(task.id);
  const stimulus = stimulusOf(todo, now, mark, waiting);
  const trust = trustOf(view, aptitude, todo, now);
  return {
    own: aptitude.weigh(todo, stimulus) * trust.value,
    stimulus,
    factors: [
      ...ownFactors(view, aptitude, todo, stimulus),
      trust,
      ...commonFactors(todo, now, mark, waiting),
    ],
  };
}

/** A task that is over has no entry among those to do. */
function settled(task: TaskState): TodoState {
  const { priority, token, created, deadline, needs } = task;
  const shown = needs.length === 0 ? undefined : needs;
  return {
    priority,
    token,
    until: undefined,
    created,
    deadline,
    needs: shown,
    after: undefined,
    failed: undefined,
    lapses: undefined,
    terms: todoTerms(task),
  };
}

function ownFactors(
  view: View,
  aptitude: Aptitude,
  { needs = [], failed = [] }: TodoState,
  stimulus: number,
): readonly Factor[] {
  const missing = needs.filter((need) => !aptitude.declared.has(need));
  const { success, threshold } = aptitude.skillFor(needs);
  const failures = ownFailures(failed, aptitude.agent);
  const response = responseFactor(stimulus, threshold);
  return [
    {
      name: "need",
      value: aptitude.need(needs),
      note:
        needs.length === 0
          ? "it needs nothing"
          : missing.length === 0
            ? `declared: ${needs.join(", ")}`
            : `missing: ${missing.join(", ")}`,
    },
    { name: "success", value: success, note: recordNote(view, aptitude, needs) },
    {
      name: "threshold",
      value: response,
      note: `stimulus ${round(stimulus)} against a threshold of ${round(threshold)}`,
    },
    {
      name: "own failures",
      value: 1 / (1 + failures),
      note: failures === 0 ? "none at this task" : `${failures} at this task`,
    },
    { name: "load", value: aptitude.load, note: "the share of the capacity that is free" },
  ];
}

function trustOf(view: View, aptitude: Aptitude, todo: TodoState, now: number): Factor {
  const terms = termsOf(todo);
  if (!isOfTrust(terms)) return { name: "trust", value: 1, note: "it asks for none" };
  const { usual } = boardOf(view, now);
  const { score, standing, known } = aptitude.standing;
  const asks = terms.trust === 0 ? [] : [`it asks for ${formatShare(terms.trust)}`];
  const worth = terms.size > usual ? [`worth ${todo.terms!.value}, more than others`] : [];
  const who = known && standing === undefined ? ", a newcomer" : "";
  const notes = [...asks, ...worth, `a score of ${formatShare(score)}${who}`];
  return { name: "trust", value: aptitude.trust(terms, usual), note: notes.join("; ") };
}

function recordNote(view: View, { agent }: Aptitude, needs: readonly string[]): string {
  const names = needs.length === 0 ? [ANY_SKILL] : needs;
  const known = names.flatMap((name) => {
    const record = deedsOf(view, agent, name);
    if (record === NO_DEEDS) return [];
    return [`${name === ANY_SKILL ? "all its work" : name}: ${said(record)}`];
  });
  return known.length === 0 ? "nothing is known" : known.join("; ");
}

function said({ done, accepted, rejected, failed, lapsed }: SkillRecord): string {
  return `${done} done (${accepted} accepted, ${rejected} rejected), ${failed} failed, ${lapsed} lapsed`;
}

function commonFactors(
  todo: TodoState,
  now: number,
  mark: TaskMarks | undefined,
  waiting: Urgency | undefined,
): readonly Factor[] {
  const { priority, created, deadline, failed = [] } = todo;
  const age = formatDuration(Math.max(0, now - created));
  const tried =
    failed.length === 0
      ? ""
      : `, ${failed.length} failed ${failed.length === 1 ? "attempt" : "attempts"}`;
  return [
    { name: "priority", value: priorityFactor(todo), note: `priority ${priority}` },
    { name: "age", value: ageFactor(todo, now), note: `${age} old${tried}` },
    {
      name: "deadline",
      value: deadlineFactor(todo, now),
      note: deadline === undefined ? "none" : formatInstant(deadline),
    },
    {
      name: "unblocks",
      value: waiting === undefined ? 1 : urgencyFactor(waiting),
      note: waiting === undefined ? "no task waits" : waitingNote(waiting),
    },
    {
      name: "signals",
      value: mark === undefined ? 0 : callOf(mark),
      note: markNote(mark, ["need", "stuck", "trail"]),
    },
    {
      name: "repelled",
      value: mark === undefined ? 1 : 1 / repelOf(mark),
      note: markNote(mark, ["heat", "warn"]),
    },
  ];
}

function waitingNote({ unblocks, depth }: Urgency): string {
  if (unblocks === 0) return "no task waits";
  const tasks = unblocks === 1 ? "1 task waits" : `${unblocks} tasks wait`;
  return `${tasks}, ${Math.max(0, depth - 1)} in a row`;
}

function markNote(mark: TaskMarks | undefined, kinds: readonly (keyof TaskMarks)[]): string {
  const left = kinds.filter((kind) => mark !== undefined && mark[kind] > 0);
  return left.length === 0
    ? "none"
    : left.map((kind) => `${kind} ${round(mark![kind])}`).join(", ");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
