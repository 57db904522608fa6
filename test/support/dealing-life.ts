/** Random lives in which agents work for each other, judge each other, and say who runs them. */
import type { Command } from "../../src/protocol/commands/index.ts";
import { staff } from "./dealing.ts";
import { HOUR, MINUTE, World } from "./world.ts";

const AGENTS = ["root", "ant-1", "ant-2", "bee-1", "bee-2", "wasp"] as const;
const SKILLS = ["git", "sh"];
const WEEK = 7 * 24 * HOUR;

export function dealingLife(
  random: () => number,
  steps: number,
  each: (world: World) => void,
): World {
  const pick = <T>(all: readonly T[]): T => all[random() % all.length]!;
  const world = World.found();
  const declared = { type: "can", skills: SKILLS } as const;
  for (const name of AGENTS) {
    if (name !== "root") world.agent(name);
    world.must(name, declared);
  }
  for (const name of ["bee-1", "bee-2"]) staff(world, name, "ant-1", true);
  staff(world, "wasp", "ant-1", false);
  const tasks: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    world.pass(
      pick([
        1_000,
        1_000,
        1_000,
        MINUTE,
        HOUR,
        random() % 8 === 0 ? WEEK : MINUTE,
        random() % 40 === 0 ? 27 * WEEK : HOUR,
      ]),
    );
    const { agent, command } = intent(world, tasks, pick);
    const { operator } = command as { readonly operator?: string };
    const ran = world.run(agent, command, random() % 2 && operator ? [world.key(operator)] : []);
    if (ran.ok && command.type === "add") tasks.push(...ran.value.answer.tasks);
    each(world);
  }
  return world;
}

/** Mostly somebody does what it may; now and then anybody does anything. */
function intent(
  world: World,
  tasks: readonly string[],
  pick: Pick,
): { readonly agent: string; readonly command: Command } {
  const agent = pick(AGENTS);
  const held = (id: string): string | undefined => world.task(id).claim?.agent;
  const done = (id: string): boolean => world.task(id).attempts.at(-1)?.outcome === "done";
  const some = (all: readonly string[]): string => pick([...all, ...all, pick([...tasks, "none"])]);
  const roll = pick([..."aacccfffrrrrrg"]);
  if (roll === "a") return { agent, command: add(pick) };
  if (roll === "g" && pick([true, false])) return { agent, command: govern(world, agent, pick) };
  if (roll === "c") {
    const task = some(tasks.filter((id) => held(id) === undefined && !done(id)));
    return { agent, command: { type: "claim", task, lease: pick([MINUTE, 8 * HOUR, 8 * HOUR]) } };
  }
  if (roll === "f") {
    const task = some(tasks.filter((id) => held(id) !== undefined));
    const outcome = pick(["done", "done", "done", "failed", "released"] as const);
    const holder = world.state.get(`task/${task}`)?.claim?.agent;
    return {
      agent: pick([holder, holder, agent]) ?? agent,
      command: { type: "finish", task, outcome },
    };
  }
  const task = some(tasks.filter((id) => held(id) === undefined && done(id)).slice(-3));
  const { creator, reviewer } = world.state.get(`task/${task}`) ?? {};
  const judge = pick([reviewer, creator, agent, agent]) ?? agent;
  return { agent: judge, command: { type: "review", task, accept: pick([true, true, false]) } };
}

type Pick = <T>(all: readonly T[]) => T;

function add(pick: Pick): Command {
  const reviewed = pick([{}, {}, { review: "required" as const }, { reviewer: pick(AGENTS) }]);
  const needs = pick([[], ["git"], ["git", "sh"]]);
  return {
    type: "add",
    tasks: [{ title: "work", attempts: 9, needs, ...reviewed, value: pick([1, 1, 5]) }],
  };
}

function govern(world: World, agent: string, pick: Pick): Command {
  const key = world.key(agent);
  return pick<Command>([
    { type: "join", key, operator: pick(AGENTS), operatorSigns: true },
    { type: "configure", set: { key: "review_value", value: pick(["0", "5"]) } },
    { type: "configure", set: { key: "review_trust", value: pick(["0", "0.3"]) } },
  ]);
}
