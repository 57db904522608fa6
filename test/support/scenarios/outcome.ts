import { explain } from "../../../src/cli/explain.ts";
import type { AnyFault } from "../../../src/open/faults.ts";
import { trustOf } from "../../../src/protocol/rules/trust/table.ts";
import { claim } from "../claiming.ts";
import type { Ran, World } from "../world.ts";

/** What an attack came to. */
export interface Outcome {
  readonly name: string;
  /** What the attacker does, what Mound does against it, and what that comes to: sentences. */
  readonly attack: string;
  readonly defence: string;
  readonly outcome: string;
  /** What was measured: scores in thousandths, minutes, credits, counts. */
  readonly figures: Readonly<Record<string, number>>;
  /** What the attacker is told, where it is told anything. */
  readonly exits: readonly Exit[];
}

/** The fault and the exit code of a command that was refused. */
export interface Exit {
  readonly rule: string | undefined;
  readonly code: string;
  readonly exit: number;
}

/** What a user sees of a fault. */
export function exitOf(fault: AnyFault): Exit {
  const { code, exit } = explain(fault);
  return { rule: "rule" in fault ? fault.rule : undefined, code, exit };
}

/** How a command was turned away; nothing where it was not. */
export function turnedAway(ran: Ran): readonly Exit[] {
  return ran.ok ? [] : [exitOf(ran.error)];
}

/** How an agent is kept from a task by the command and, where it writes the commit by hand, by the judge. */
export function keptFrom(world: World, agent: string, task: string): readonly Exit[] {
  const files = claim(world, task, agent, world.task(task).token + 1);
  const verdict = world.try({ author: agent, files });
  const exits = turnedAway(world.run(agent, { type: "claim", task }));
  return verdict.accepted ? [] : exits.filter(({ rule }) => rule === verdict.fault.rule);
}

/** The score in thousandths. */
export function scoreOf(world: World, agent: string): number {
  return trustOf(world.state, agent, world.now).score;
}

/** The lowest score among these agents. */
export function lowest(world: World, agents: readonly string[]): number {
  return Math.min(...agents.map((agent) => scoreOf(world, agent)));
}

/** A score as people read it: 0.42. */
export function share(thousandths: number): string {
  return (thousandths / 1_000).toFixed(2);
}
