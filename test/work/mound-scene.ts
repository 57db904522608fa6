import type { Mound } from "../../src/open/mound.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import { commitTime } from "../../src/protocol/commands/plan.ts";
import { MoundDesk } from "../../src/work/mound-desk.ts";
import { testFolder } from "../support/folder.ts";
import { memoryWorld, type MemoryClone } from "../support/memory-world.ts";

export const DAY_MS = 24 * 3_600_000;
export const NONE = { forNow: [], forGood: [] };

/** A desk at a mound in memory, with tasks; what it submits and how often is counted. */
export async function desk(tasks: number, capacity?: number, patience?: number) {
  const world = memoryWorld(3);
  const founder = await world.found();
  const titles = Array.from({ length: tasks }, (_, n) => ({ title: `task ${n}` }));
  await founder.run({ type: "add", tasks: titles });
  const clone = await (await world.clone("w-1")).join();
  if (capacity !== undefined)
    must(await clone.run({ type: "can", skills: ["git"], for: 4 * DAY_MS }));
  const batches: string[][] = [];
  const submitted: Command[] = [];
  const commonDir = testFolder("mound-desk-");
  const chores: string[] = [];
  const mound = {
    clone: { commonDir },
    id: (await clone.read((view) => view.get("mound")))!.id,
    ports: clone.ports,
    line: clone.line,
    read: (reader: (view: unknown, now: number) => unknown) =>
      clone.read((view) => reader(view, commitTime({ view, now: clone.ports.clock.now() }))),
    submit: (_agent: string, commands: Parameters<MemoryClone["runAll"]>[0]) => {
      batches.push(commands.map(({ type }) => type));
      submitted.push(...commands);
      return clone.runAll(commands);
    },
    sync: () => clone.submitter.sync(),
    refresh: () => clone.submitter.sync(),
  } as unknown as Mound;
  const made = new MoundDesk({
    mound,
    agent: clone.agent,
    describe: (_view, task) => task.title,
    capacity,
    ...(patience === undefined ? {} : { patience }),
    chore: ({ what, task, fault }) => chores.push(`${what} ${task} ${fault ?? "done"}`),
  });
  return { world, founder, clone, desk: made, batches, submitted, mound, commonDir, chores };
}

export function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
