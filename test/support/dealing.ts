/** Work that agents of a world do for each other, in few words. */
import type { Command } from "../../src/protocol/commands/index.ts";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import { trustOf } from "../../src/protocol/rules/trust/table.ts";
import { HOUR, type World } from "./world.ts";

type Spec = Partial<Omit<(Command & { type: "add" })["tasks"][number], "title">>;

/** `creator` makes a task, `worker` takes it and ends it so. */
export function deal(
  world: World,
  creator: string,
  worker: string,
  { outcome = "done", ...spec }: Spec & { outcome?: "done" | "failed" | "released" } = {},
): TaskId {
  const task = world.pass(1_000).add("work", spec, creator);
  world.must(worker, { type: "claim", task });
  world.pass(1_000).must(worker, { type: "finish", task, outcome });
  return task;
}

/** The same, and `creator` (or another) says of it whether it is good. */
export function reviewed(
  world: World,
  creator: string,
  worker: string,
  accept: boolean,
  { reviewer = creator, ...spec }: Spec & { reviewer?: string } = {},
): TaskId {
  const named = reviewer === creator ? {} : { reviewer };
  const task = deal(world, creator, worker, { review: "required", ...named, ...spec });
  world.must(reviewer, { type: "review", task, accept });
  return task;
}

/** `worker` takes a task of `creator` and lets it lapse; `next` takes it over and gives it up. */
export function lapse(world: World, creator: string, worker: string, next: string): TaskId {
  const task = world.pass(1_000).add("work", { attempts: 9 }, creator);
  world.must(worker, { type: "claim", task, lease: HOUR });
  world.pass(2 * HOUR).must(next, { type: "claim", task });
  world.must(next, { type: "finish", task, outcome: "released" });
  return task;
}

/** Good and bad quarters of all weeks, as one agent says them of another. */
export function said(world: World, rater: string, subject: string, skill = "*") {
  const numbers = world.state.get(`evidence/${subject}`)?.[rater]?.[skill] ?? [];
  const sum = (from: number) =>
    numbers.reduce((all, number, at) => (at % 3 === from ? all + number : all), 0);
  return { good: sum(1), bad: sum(2) };
}

/** The score in thousandths. */
export function score(world: World, agent: string): number {
  return trustOf(world.state, agent, world.now).score;
}

/** A member with an operator; `signed`: the operator says so too. */
export function staff(world: World, name: string, operator: string, signed: boolean): AgentId {
  const cosigners = signed ? [world.key(operator)] : [];
  world.must(
    name,
    { type: "join", key: world.key(name), operator, operatorSigns: signed },
    cosigners,
  );
  return name as AgentId;
}
