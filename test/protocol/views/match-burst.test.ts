import { describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/protocol/ids.ts";
import { MemoryState, Overlay } from "../../../src/protocol/state.ts";
import { choose } from "../../../src/protocol/views/match.ts";
import { board, idAt, NOW, type Planted, type Worker } from "../../support/board.ts";

interface Burst {
  readonly agents: number;
  readonly tasks: readonly Planted[];
  readonly worker?: (at: number) => Worker;
  readonly tip?: string;
}

function burst({ agents, tasks, worker = () => ({}), tip = "1" }: Burst): MemoryState {
  const all = Array.from({ length: agents }, (_, at) => [
    `ant-${at + 1}`,
    { idle: 1_000, ...worker(at) },
  ]);
  return board({ tasks, agents: Object.fromEntries(all), tip });
}

function plain(count: number): readonly Planted[] {
  return Array.from({ length: count }, () => ({}));
}

/** What each agent wants, alone. */
function wishes(state: MemoryState, agents: number): readonly (string | undefined)[] {
  return Array.from({ length: agents }, (_, at) => {
    const choice = choose(state, `ant-${at + 1}` as AgentId, NOW, { yields: true });
    return choice.kind === "task" ? choice.task.id : undefined;
  });
}

function collisions(all: readonly (string | undefined)[]): number {
  const wanted = all.filter((id) => id !== undefined);
  return wanted.length - new Set(wanted).size;
}

describe("a burst of idle agents on one tip", () => {
  test("1,000 agents and as many tasks: fewer than one in a hundred collide", () => {
    const all = wishes(burst({ agents: 1_000, tasks: plain(1_000) }), 1_000);
    expect(all.filter((id) => id !== undefined)).toHaveLength(1_000);
    expect(collisions(all)).toBeLessThan(10);
  });

  test("fewer tasks: each has its taker, and hardly anybody else tries", () => {
    const all = wishes(burst({ agents: 1_000, tasks: plain(100) }), 1_000);
    expect(new Set(all.filter((id) => id !== undefined)).size).toBe(100);
    expect(collisions(all)).toBeLessThan(60);
  });

  test("more tasks: the most urgent are taken first", () => {
    const tasks = Array.from({ length: 1_000 }, (_, at) => ({ priority: at % 5 }));
    const state = burst({ agents: 200, tasks });
    const all = wishes(state, 200);
    expect(collisions(all)).toBe(0);
    const taken = all.map((id) => state.get(`task/${id!}`)!.priority);
    expect(taken.filter((priority) => priority === 4)).toHaveLength(200);
  });

  test("everyone has skills for what is theirs, and the rare ones are not left out", () => {
    const skills = ["go", "rust", "sql", "gpu"];
    const tasks = Array.from({ length: 400 }, (_, at) => ({ needs: [skills[at % 4]!] }));
    const state = burst({
      agents: 400,
      tasks,
      worker: (at) => ({ skills: [skills[at % 4]!] }),
    });
    const all = wishes(state, 400);
    expect(collisions(all)).toBe(0);
    all.forEach((id, at) => expect(state.get(`task/${id!}`)!.needs).toEqual([skills[at % 4]]));
  });

  test("nobody is matched with what they have declined, or with what is blocked", () => {
    const declined = Object.fromEntries(plain(60).map((_, at) => [idAt(at), NOW + 1]));
    const tasks = [...plain(120), ...plain(60).map(() => ({ after: [idAt(0)] }))];
    const state = burst({ agents: 60, tasks, worker: () => ({ declined }) });
    const all = wishes(state, 60).filter((id) => id !== undefined);
    expect(all.length).toBeGreaterThan(20);
    const places = all.map((id) => Number(id.split("-").at(-1)));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...places)).toBeLessThan(120);
  });

  test("it is the same for every copy of the state, in whatever order it was put together", () => {
    const state = burst({ agents: 300, tasks: plain(300) });
    const copy = new MemoryState(JSON.parse(JSON.stringify([...state.entries()].toReversed())));
    expect(wishes(copy, 300)).toEqual(wishes(state, 300));
  });

  test("the next tip has another one, so that no task is kept for who does not come", () => {
    const first = wishes(burst({ agents: 100, tasks: plain(100) }), 100);
    const second = wishes(burst({ agents: 100, tasks: plain(100), tip: "2" }), 100);
    expect(first.filter((id, at) => id === second[at]).length).toBeLessThan(10);
  });

  test("what is planned on top of the tip changes nobody's own, unless it is gone", () => {
    const state = burst({ agents: 100, tasks: plain(200) });
    const own = wishes(state, 100);
    const planned = new Overlay(state);
    planned.set("line", { ...state.get("line")!, tip: "f".repeat(40) as never });
    planned.set(`todo/${own[0]!}`, undefined);
    const task = { ...state.get(`task/${own[0]!}`)!, cancelled: { by: "root" } } as never;
    planned.set(`task/${own[0]!}`, task);
    const again = own.map((_, at) => {
      const choice = choose(planned, `ant-${at + 1}` as AgentId, NOW);
      return choice.kind === "task" ? choice.task.id : undefined;
    });
    expect(again.slice(1)).toEqual(own.slice(1));
    expect(again[0]).not.toBe(own[0]);
    expect(again[0]).toBeDefined();
  });
});
