import type { WireFields } from "../../src/protocol/encode.ts";
import type { Files } from "./world-files.ts";
import { HOUR, World } from "./world.ts";

/** A mound with three agents that can do `skills`, and one open task. */
export function yard(...skills: string[]): { world: World; id: string } {
  const world = World.found();
  for (const name of ["ant-1", "ant-2", "ant-3"]) world.agent(name, skills);
  return { world, id: world.add("work") };
}

/** The lock file of a claim; `lease` in milliseconds. */
export function claim(
  world: World,
  task: string,
  agent: string,
  token: number,
  more: WireFields & { lease?: string } = {},
): Files {
  const { lease, ...fields } = more;
  const until = new Date(world.now + Number(lease ?? HOUR)).toISOString();
  return world.record("claim", { task, agent, token: String(token), until, ...fields });
}

/** What became of a claim. */
export function attempt(
  world: World,
  task: string,
  agent: string,
  token: number,
  outcome: string,
): Files {
  return world.record("attempt", { task, agent, token: String(token), outcome });
}
