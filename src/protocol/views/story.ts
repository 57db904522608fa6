/** The story of one task: what became of it, event by event, and why others' changes to it were refused. */
import type { Fault } from "../fault.ts";
import type { AgentId, Oid, TaskId } from "../ids.ts";
import type { CommitFacts, Verdict } from "../judge.ts";
import { taskFolder } from "../paths.ts";
import { taskStatus, type TaskStatus } from "../rules/task-status.ts";
import type { View } from "../state.ts";
import type { MoundEvent } from "./event.ts";

/** Refusals that a story tells of: the first ones, for a flood of them has nothing new to say. */
const REFUSALS_TOLD = 1_000;

/** The lease that an event begins, goes on or ends. Milliseconds. */
export interface Lease {
  readonly agent: AgentId;
  readonly token: number;
  readonly since: number;
  readonly until: number;
}

/** A commit that touched the task and was refused, and how the task stood then. */
export interface Refusal {
  readonly fault: Fault;
  /** The author's name as it stands in the commit: untrusted. */
  readonly author: string;
  /** The paths of the task that it touched. */
  readonly paths: readonly string[];
  /** Undefined: the task was not there yet. */
  readonly standing:
    | {
        readonly status: TaskStatus;
        readonly token: number;
        readonly claim: Lease | undefined;
      }
    | undefined;
}

export interface StoryEntry {
  readonly event: MoundEvent;
  /** Milliseconds since the entry before; undefined for the first. */
  readonly gap: number | undefined;
  readonly lease: Lease | undefined;
  readonly refusal: Refusal | undefined;
}

/** Gathers what concerns one task. Every commit is shown to `see`, and then its events to `take`. */
export class Story {
  readonly #task: TaskId;
  readonly #folder: string;
  readonly #refusals = new Map<Oid, Refusal>();
  readonly #entries: StoryEntry[] = [];
  #lease: Lease | undefined;

  constructor(task: TaskId) {
    this.#task = task;
    this.#folder = `${taskFolder(task)}/`;
  }

  get entries(): readonly StoryEntry[] {
    return this.#entries;
  }

  /** Looks at a commit on the state before it. A view that lacks keys throws `NeedKeys`: ask again. */
  see(before: View, { facts, verdict }: { facts: CommitFacts; verdict: Verdict }): void {
    if (verdict.accepted || this.#refusals.size >= REFUSALS_TOLD) return;
    const paths = facts.changes.flatMap(({ path }) =>
      path.startsWith(this.#folder) ? [path] : [],
    );
    if (paths.length === 0) return;
    const { fault, time } = verdict;
    const author = facts.commit?.author.name ?? "";
    this.#refusals.set(facts.oid, { fault, author, paths, standing: this.#standing(before, time) });
  }

  take(events: readonly MoundEvent[]): void {
    for (const event of events) {
      const refusal =
        event.type === "change.refused" ? this.#refusals.get(event.commit) : undefined;
      if (event.task !== this.#task && refusal === undefined) continue;
      const last = this.#entries.at(-1);
      const gap = last === undefined ? undefined : event.time - last.event.time;
      const lease = refusal === undefined ? this.#follow(event) : undefined;
      this.#entries.push({ event, gap, lease, refusal });
    }
  }

  #standing(before: View, time: number): Refusal["standing"] {
    const task = before.get(`task/${this.#task}`);
    if (task === undefined) return undefined;
    const { claim, token } = task;
    const lease =
      claim === undefined
        ? undefined
        : { agent: claim.agent, token: claim.token, since: claim.since, until: claim.until };
    return { status: taskStatus(before, task, time), token, claim: lease };
  }

  /** The lease that is told with an event, and what is left of it afterwards. */
  #follow({ type, time, agent, token, until }: MoundEvent): Lease | undefined {
    if (type === "task.claimed" && agent !== undefined && token !== undefined) {
      return (this.#lease = { agent, token, since: time, until: until ?? time });
    }
    const lease = this.#lease;
    // What is overdue is the task, whoever has the lease.
    if (lease === undefined || lease.token !== token || type === "task.overdue") return undefined;
    if (type === "claim.renewed" || type === "task.progress")
      return (this.#lease = { ...lease, until: until ?? lease.until });
    if (type !== "claim.lapsed") this.#lease = undefined;
    return lease;
  }
}
