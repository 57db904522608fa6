import { describe, expect, test } from "vitest";
import { DECLINES_MAX } from "../../src/protocol/limits.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { eventsOf } from "../../src/protocol/views/events.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { fold } from "../../src/protocol/fold.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { expectAccepted, expectDeclined, expectRefused, expectTwins } from "../support/verdicts.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const ANT = "ant-1" as AgentId;
const DAY = 24 * HOUR;

function withTask(more: Parameters<World["add"]>[1] = {}) {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2"]) world.agent(agent);
  return { world, task: world.add("work", more) };
}

function declined(world: World, task: string, more: Readonly<Record<string, string>> = {}) {
  const until = formatInstant(world.now + HOUR);
  return world.record("decline", { task, agent: "ant-1", until, ...more });
}

function offered(world: World, agent = ANT): string | undefined {
  const choice = choose(world.state, agent, world.now);
  return choice.kind === "task" ? choice.task.id : undefined;
}

describe("a decline", () => {
  test("[DE1] is of a task that is not over", () => {
    const { world, task } = withTask();
    const over = world.add("over");
    world.must("root", { type: "cancel", task: over });
    expectTwins(world, {
      rule: "DE1",
      code: "not-open",
      illegal: { author: "ant-1", files: declined(world, over) },
      legal: { author: "ant-1", files: declined(world, task) },
    });
  });

  test("[DE1] is of no task that is done, or at which too many have failed", () => {
    const { world, task } = withTask({ attempts: 1 });
    const done = world.add("done");
    world.must("ant-2", { type: "claim", task });
    world.must("ant-2", { type: "finish", task, outcome: "failed" });
    world.must("ant-2", { type: "claim", task: done });
    world.must("ant-2", { type: "finish", task: done, outcome: "done" });
    for (const id of [task, done])
      expectDeclined(world.run("ant-1", { type: "decline", task: id }), "DE1", "not-open");
  });

  test("[DE2] is not by who holds the task, or let it lapse", () => {
    const { world, task } = withTask();
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    expectDeclined(world.run("ant-1", { type: "decline", task }), "DE2", "decline-held");
    world.must("ant-2", { type: "decline", task });
    world.pass(HOUR);
    expectDeclined(world.run("ant-1", { type: "decline", task }), "DE2", "decline-held");
    world.must("ant-1", { type: "finish", task, outcome: "released" });
    world.must("ant-1", { type: "decline", task });
  });

  test("[DE3] ends after it begins, and within seven days", () => {
    const { world, task } = withTask();
    const at = formatInstant(world.now);
    const until = (ms: number) => ({ at, until: formatInstant(world.now + ms) });
    for (const ms of [0, -1, 7 * DAY + 1]) {
      const files = declined(world, task, until(ms));
      expectRefused(world.try({ author: "ant-1", files }), "DE3", "decline-wrong");
    }
    for (const ms of [1, 7 * DAY])
      expectAccepted(world.try({ author: "ant-1", files: declined(world, task, until(ms)) }));
  });

  test("[DE4] an agent declines so many tasks at a time, and those that are over do not count", () => {
    const { world } = withTask();
    const title = (_: unknown, at: number) => ({ title: `task ${at}` });
    const tasks = world.must("root", {
      type: "add",
      tasks: Array.from({ length: DECLINES_MAX + 1 }, title),
    }).tasks;
    for (const task of tasks.slice(1)) world.must("ant-1", { type: "decline", task, length: HOUR });
    const one = { type: "decline", task: tasks[0]! } as const;
    expectDeclined(world.run("ant-1", one), "DE4", "decline-wrong");
    // What is declined already may be declined for longer, and others have their own.
    world.must("ant-1", { type: "decline", task: tasks[1]!, length: 2 * HOUR });
    world.must("ant-2", one);
    world.pass(HOUR);
    world.must("ant-1", one);
    expect(Object.keys(world.state.get("declined/ant-1")!)).toHaveLength(2);
  });

  test("[TA0] [LN5] is of a task that exists, and by the agent itself", () => {
    const { world, task } = withTask();
    const missing = declined(world, "zzzzzzz-none");
    expectRefused(world.try({ author: "ant-1", files: missing }), "TA0", "task-missing");
    const files = declined(world, task);
    expectRefused(world.try({ author: "ant-2", files }), "LN5", "author-wrong");
  });

  test("takes the task out of what is offered to that agent, until it is over", () => {
    const { world, task } = withTask();
    expect(offered(world)).toBe(task);
    world.must("ant-1", { type: "decline", task, reason: "not my field", length: 2 * HOUR });
    expect(offered(world)).toBeUndefined();
    expect(offered(world, "ant-2" as AgentId)).toBe(task);
    expectDeclined(world.run("ant-1", { type: "next" }), "CL1", "nothing-to-take");
    world.pass(2 * HOUR);
    expect(offered(world)).toBe(task);
  });

  test("binds nobody: who has declined a task may still take it", () => {
    const { world, task } = withTask();
    world.must("ant-1", { type: "decline", task });
    world.must("ant-1", { type: "claim", task });
    expect(world.task(task).claim?.agent).toBe("ant-1");
  });

  test("said again it holds from then", () => {
    const { world, task } = withTask();
    world.must("ant-1", { type: "decline", task });
    const first = world.state.get("declined/ant-1")![task]!;
    expect(first).toBe(world.now + DAY);
    world.pass(HOUR).must("ant-1", { type: "decline", task, length: MINUTE });
    expect(world.state.get("declined/ant-1")).toEqual({ [task]: world.now + MINUTE });
  });

  test("costs nothing: no other task weighs less to an agent that has declined many", () => {
    const { world, task } = withTask();
    const other = world.add("other");
    world.must("ant-1", { type: "decline", task });
    expect(world.state.get("did/ant-1")?.skills["*"]?.failed ?? 0).toBe(0);
    expect(offered(world)).toBe(other);
  });

  test("is told as an event, with its end and its reason", () => {
    const { world, task } = withTask();
    world.must("ant-1", { type: "decline", task, reason: "not my field", length: HOUR });
    const state = new MemoryState();
    const [last] = world.log.splice(-1);
    for (const facts of world.log) fold(state, facts);
    const told = eventsOf(state, last!, world.verdicts.at(-1)!);
    expect(told).toMatchObject([
      {
        type: "task.declined",
        task,
        title: "work",
        agent: "ant-1",
        actor: "ant-1",
        until: world.now + HOUR,
        text: "not my field",
      },
    ]);
  });
});
