import { reviewed } from "./dealing.ts";
import { World } from "./world.ts";

export const ROOTS = ["root", "root-2", "root-3", "root-4", "root-5"] as const;
export const HONEST = ["ant-1", "ant-2", "ant-3", "ant-4", "ant-5", "ant-6"] as const;

/** How often each honest agent has worked for each root. */
const EACH = 2;

/** Five roots, and six honest agents whose work for all of them was accepted; within each group each has worked for two. */
export function trustedColony(...others: string[]): World {
  const world = World.found();
  for (const name of ROOTS.slice(1)) {
    world.agent(name);
    world.pass(1_000).must("root", { type: "configure", addRoot: name });
  }
  for (const name of [...HONEST, ...others]) world.agent(name);
  for (const name of HONEST) work(world, ROOTS, name, EACH);
  for (const group of [ROOTS, HONEST])
    group.forEach((name, at) => {
      const next = [1, 2].map((step) => group[(at + step) % group.length]!);
      work(world, next, name, EACH);
    });
  return world;
}

/** `worker` does so much for each of these, which is accepted or not. */
export function work(
  world: World,
  creators: readonly string[],
  worker: string,
  times: number,
  accept = true,
): void {
  for (const creator of creators)
    for (let n = 0; n < times; n += 1) reviewed(world, creator, worker, accept);
}
