import { describe, expect, test } from "vitest";
import { judge } from "../../../src/protocol/judge.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { eventsOf } from "../../../src/protocol/views/events.ts";
import { Story, type StoryEntry } from "../../../src/protocol/views/story.ts";
import type { TaskId } from "../../../src/protocol/ids.ts";
import { attempt, claim, yard } from "../../support/claiming.ts";
import { expectRan, expectRefused } from "../../support/verdicts.ts";
import { plainFile } from "../../support/world-files.ts";
import { HOUR, MINUTE, type World } from "../../support/world.ts";

/** What commits tell of a task; what time does is the follower's part. */
function storyOf(world: World, task: string): readonly StoryEntry[] {
  const state = new MemoryState();
  const story = new Story(task as TaskId);
  for (const facts of world.log) {
    const verdict = judge(state, facts);
    story.see(state, { facts, verdict });
    story.take(eventsOf(state, facts, verdict));
    state.apply(verdict.delta);
  }
  return story.entries;
}

function typesOf(entries: readonly StoryEntry[]): readonly string[] {
  return entries.map(({ event }) => event.type);
}

describe("the story of a task", () => {
  test("has each event, the time between them, and the lease that it is about", () => {
    const { world, id } = yard();
    const other = world.add("another");
    world.pass(MINUTE);
    const since = world.now;
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    expectRan(world.run("ant-2", { type: "claim", task: other, lease: HOUR }));
    world.pass(10 * MINUTE);
    expectRan(
      world.run("ant-1", { type: "renew", task: id, lease: HOUR, progress: { percent: 50 } }),
    );
    world.pass(2 * HOUR);
    expectRan(world.run("ant-2", { type: "claim", task: id, lease: HOUR }));
    world.pass(MINUTE);
    expectRan(world.run("ant-2", { type: "finish", task: id, outcome: "done", result: "it" }));
    const entries = storyOf(world, id);
    expect(typesOf(entries)).toEqual([
      "task.added",
      "task.claimed",
      "task.progress",
      "claim.expired",
      "task.claimed",
      "task.done",
    ]);
    expect(entries.map(({ gap }) => gap)).toEqual([
      undefined,
      MINUTE,
      10 * MINUTE,
      2 * HOUR,
      0,
      MINUTE,
    ]);
    const first = { agent: "ant-1", token: 1, since };
    const second = { agent: "ant-2", token: 2, since: since + 130 * MINUTE };
    expect(entries.map(({ lease }) => lease)).toEqual([
      undefined,
      { ...first, until: since + HOUR },
      { ...first, until: since + 70 * MINUTE },
      { ...first, until: since + 70 * MINUTE },
      { ...second, until: second.since + HOUR },
      { ...second, until: second.since + HOUR },
    ]);
  });

  test("tells of each refused commit that touched it: the rule, and how the task stood", () => {
    const { world, id } = yard();
    const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    const until = world.now + HOUR;
    world.pass(1_000);
    const late = { ...attempt(world, id, "ant-2", 1, "done"), [lock]: undefined };
    expectRefused(world.commit({ author: "ant-2", files: late }), "CL4", "held");
    world.commit({ author: "ant-3", files: { "agents/x": plainFile("elsewhere") } });
    const [refused, ...more] = storyOf(world, id).filter(({ refusal }) => refusal !== undefined);
    expect(more).toEqual([]);
    expect(refused).toMatchObject({
      gap: 1_000,
      event: { type: "change.refused", actor: "ant-2", rule: "CL4", code: "held" },
      refusal: {
        author: "ant-2",
        paths: expect.arrayContaining([lock]),
        standing: { status: "claimed", token: 1, claim: { agent: "ant-1", token: 1, until } },
      },
    });
  });

  test("a lapsed lease is told as lapsed, and what came before the task as its absence", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: MINUTE }));
    world.pass(HOUR);
    expect(world.commit({ author: "ant-2", files: claim(world, id, "ant-2", 2) }).accepted).toBe(
      false,
    );
    expect(storyOf(world, id).at(-1)!.refusal!.standing).toMatchObject({ status: "lapsed" });
    const future = "zzzzzz9-later";
    world.commit({ author: "ant-2", files: { [`tasks/zz/${future}/x.yaml`]: plainFile("x") } });
    expect(storyOf(world, future)).toMatchObject([{ refusal: { standing: undefined } }]);
  });

  test("what is cancelled, reviewed and done again is told to the end", () => {
    const { world, id } = yard();
    for (const accept of [false, true]) {
      expectRan(world.run("ant-1", { type: "claim", task: id }));
      expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
      expectRan(world.run("root", { type: "review", task: id, accept, reason: "seen" }));
      world.pass(MINUTE);
    }
    expect(typesOf(storyOf(world, id))).toEqual([
      "task.added",
      "task.claimed",
      "task.done",
      "task.rejected",
      "task.claimed",
      "task.done",
      "task.accepted",
    ]);
    const other = world.add("another");
    expectRan(world.run("ant-2", { type: "claim", task: other, lease: HOUR }));
    expectRan(world.run("root", { type: "cancel", task: other, reason: "no" }));
    expect(storyOf(world, other).at(-1)).toMatchObject({
      event: { type: "task.cancelled", text: "no" },
      lease: { agent: "ant-2", token: 1 },
    });
  });
});
