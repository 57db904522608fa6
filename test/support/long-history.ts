import { prng } from "../../src/base/prng.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { plainFile } from "./world-files.ts";
import { HOUR, MINUTE, type Name, World } from "./world.ts";

/** Tasks that are looked at a time; when they are used up, new ones are added. */
const LIVELY = 40;
const AGENTS = ["ant-1", "ant-2", "ant-3", "ant-4"] as const;

/**
 * A history of `length` commits, or of a few more, of a busy mound: all that can become of a task, members that come and
 * go, refused changes and their repair, and leases and deadlines that pass.
 */
export function longHistory(length: number, seed: number, name?: Name): World {
  const random = prng(seed);
  const below = (limit: number): number => random() % limit;
  const world = World.found(name === undefined ? {} : { name });
  for (const agent of AGENTS) world.agent(agent, ["git"]);
  const tasks: string[] = [];
  while (world.log.length < length) {
    // Now and then nobody does anything for long, and much lapses between two commits.
    world.pass(below(40) === 0 ? 2 * HOUR : below(90) * 1_000);
    if (tasks.length < LIVELY) tasks.push(...addSome(world, below, tasks));
    const task = tasks[below(tasks.length)]!;
    const agent = AGENTS[below(AGENTS.length)]!;
    if (below(60) === 0) disturb(world, below);
    else act(world, agent, task, below);
    if (below(30) === 0) tasks.splice(below(tasks.length), 1);
  }
  return world;
}

type Below = (limit: number) => number;

function addSome(world: World, below: Below, tasks: readonly string[]): readonly string[] {
  /** Now and then some that are there already. */
  const some = (odds: number): readonly string[] =>
    tasks.length === 0 || below(odds) > 0
      ? []
      : [tasks[below(tasks.length)]!, tasks[below(tasks.length)]!];
  const spec = (title: string) => ({
    title,
    ...(below(3) === 0
      ? { deadline: formatInstant(world.now + below(6 * 60) * MINUTE - HOUR) }
      : {}),
    ...(below(2) === 0 ? { review: "required" as const } : {}),
    ...(below(5) === 0 ? { needs: [`s${below(9)}`] } : {}),
    priority: below(5),
    after: some(5),
    afterAny: some(5),
    ...(below(3) === 0 ? { stake: 1 + below(9) } : {}),
  });
  const titles = Array.from(
    { length: 1 + below(3) },
    (_, at) => `task ${at} of ${world.log.length}`,
  );
  return world.must("root", { type: "add", tasks: titles.map(spec) }).tasks;
}

/** What the agent intends; where that is not legal now, it tries to take the task. */
function act(world: World, agent: string, task: string, below: Below): void {
  const holder = world.task(task).claim?.agent;
  const lease = (1 + below(12)) * 10 * MINUTE;
  const own: readonly Command[] = [
    { type: "renew", task, lease },
    { type: "renew", task, lease, progress: { percent: below(101), note: `at ${below(9)}` } },
    { type: "finish", task, outcome: "done", result: "it works", refs: ["https://example.com/1"] },
    { type: "finish", task, outcome: "failed", reason: "no luck" },
    { type: "finish", task, outcome: "released" },
    { type: "review", task, accept: below(2) === 0, reason: "seen" },
  ];
  const others: readonly Command[] = [
    { type: "edit", task, changes: { title: `better ${world.log.length}` } },
    { type: "edit", task, changes: { deadline: formatInstant(world.now + below(300) * MINUTE) } },
    { type: "edit", task, changes: { after: [], afterAny: [] } },
    { type: "review", task, accept: below(2) === 0 },
    { type: "cancel", task, reason: "not needed" },
  ];
  const roots = below(4) === 0 ? others[below(20) === 0 ? 4 : below(4)] : undefined;
  const ran =
    roots === undefined
      ? world.run(holder ?? agent, own[below(own.length)]!)
      : world.run("root", roots);
  if (!ran.ok) world.run(agent, { type: "claim", task, lease });
}

/** What honest clients do not do, and what roots and members do now and then. */
function disturb(world: World, below: Below): void {
  const agent = AGENTS[below(AGENTS.length)]!;
  const author = "root";
  const astray = world.state.keys("astray/").map((key) => key.slice("astray/".length));
  switch (below(7)) {
    case 0:
      world.commit({ author: agent, files: { "mound.yaml": plainFile(`bad ${below(99)}\n`) } });
      break;
    case 1: {
      const restored = astray.map((path) => [path, world.accepted(path)] as const);
      if (restored.length > 0) world.commit({ author, files: Object.fromEntries(restored) });
      break;
    }
    case 2:
      world.run(
        agent,
        below(2) === 0
          ? { type: "join", key: world.key(agent), skills: ["git", `s${below(9)}`] }
          : { type: "can", skills: ["git", `s${below(9)}`], tags: ["gpu"], for: 4 * HOUR },
      );
      break;
    case 3:
      world.run(author, {
        type: "configure",
        set: { key: "claims_max", value: `${9 + below(9)}` },
      });
      break;
    case 4:
    case 5:
      world.run(author, { type: "grant", to: agent, amount: 1 + below(40), reason: "work" });
      break;
    default:
      world.agent(`guest-${world.log.length}`);
  }
}
