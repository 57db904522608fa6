import { lockFile } from "../../src/protocol/lock-paths.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import type { Files } from "./world-files.ts";
import { HOUR, World } from "./world.ts";

export const NAME = "leader/research";
export const FILE = lockFile(NAME);

/** A mound of root, ant-1 and ant-2. */
export function grown(): World {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2"]) world.agent(agent);
  return world;
}

/** What the state holds of a lock. */
export function lockOf(world: World, name = NAME) {
  return world.state.get(`lock/${name}`);
}

/** A lock file by hand, one hour long. */
export function lockBy(
  world: World,
  agent: string,
  token: number,
  fields: Readonly<Record<string, string>> = {},
): Files {
  const until = formatInstant(world.now + HOUR);
  return world.record("lock", { name: NAME, agent, token: String(token), until, ...fields });
}

/** An attempt by hand, and the lock file goes. */
export function attemptBy(
  world: World,
  agent: string,
  token: number,
  outcome: "released" | "expired" = "released",
): Files {
  const fields = { name: NAME, agent, token: String(token), outcome };
  return { ...world.record("lock-attempt", fields), [FILE]: undefined };
}
