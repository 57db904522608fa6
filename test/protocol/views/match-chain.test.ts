import { describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/protocol/ids.ts";
import {
  Overlay,
  type Key,
  type MemoryState,
  type Value,
  type View,
} from "../../../src/protocol/state.ts";
import { bestFor, choose } from "../../../src/protocol/views/match.ts";
import { ANT, board, DAY, idAt, NOW, type Planted } from "../../support/board.ts";

function chosen(view: View, agent: string): string {
  const choice = choose(view, agent as AgentId, NOW);
  return choice.kind === "task" ? choice.task.id : choice.kind;
}

function alone(...tasks: readonly Planted[]): MemoryState {
  return board({ tasks, agents: { [ANT]: {} } });
}

describe("a chain that is planned on one tip", () => {
  const planned = (below: MemoryState, changes: readonly (readonly [Key, Value | undefined])[]) => {
    const view = new Overlay(below);
    view.set("line", { ...below.get("line")!, tip: "f".repeat(40) as never });
    for (const [key, value] of changes) view.set(key, value);
    return view;
  };

  test("offers what is planned where nothing else is left, and no more what is planned away", () => {
    const below = alone({ priority: 4 });
    const entries = alone({ priority: 4 }, { priority: 1 }).entries();
    const added = [`task/${idAt(1)}`, `todo/${idAt(1)}`] as const;
    const gone = { ...below.get(`task/${idAt(0)}`)!, cancelled: {} as never };
    const more = added.map((key) => [key, entries.get(key)!] as const);
    expect(chosen(planned(below, more), ANT)).toBe(idAt(0));
    const away = [
      [`task/${idAt(0)}`, gone],
      [`todo/${idAt(0)}`, undefined],
    ] as const;
    expect(chosen(planned(below, away), ANT)).toBe("none");
    expect(chosen(planned(below, [...more, ...away]), ANT)).toBe(idAt(1));
    expect(chosen(below, ANT)).toBe(idAt(0));
  });

  test("weighs the tasks once for all who choose on it, and anew on the next tip and later", () => {
    const state = alone({ created: NOW - DAY }, { priority: 1 });
    let walks = 0;
    const counted: MemoryState = Object.create(state, {
      eachTodo: {
        value: (show: Parameters<MemoryState["eachTodo"]>[0]) => {
          walks += 1;
          state.eachTodo(show);
        },
      },
      get: { value: (key: Key) => state.get(key) },
      keys: { value: (prefix: string) => state.keys(prefix) },
    });
    for (const agent of ["ant-1", "ant-1", "ant-2"])
      bestFor(new Overlay(counted), agent as AgentId, NOW, 1);
    expect(walks).toBe(2);
    bestFor(counted, ANT, NOW + 1_000, 1);
    expect(walks).toBe(3);
    state.apply(new Map([["line", { ...state.get("line")!, time: NOW + 1_000 }]] as const));
    bestFor(counted, ANT, NOW + 1_000, 1);
    bestFor(counted, ANT, NOW + 1_000, 1);
    expect(walks).toBe(4);
  });
});
