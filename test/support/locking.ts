import type { Command } from "../../src/protocol/commands/index.ts";
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

export type LockIntent = Extract<Command["type"], "lock" | "renew-lock" | "unlock">;

/** What an agent wishes with one of two locks; now and then under a token that is not its own. */
export function lockCommand(
  type: LockIntent,
  pick: number,
  leased: { readonly lease?: number },
): Command {
  const name = ["deploy", "leader/x"][pick % 2]!;
  const token = pick % 5 === 0 ? { token: 1 + (pick % 3) } : {};
  if (type === "lock") return { type, name, ...leased };
  return type === "unlock" ? { type, name, ...token } : { type, name, ...leased, ...token };
}
