import { expect, test } from "vitest";
import { CONDITION_FIELDS, meets, readCondition } from "../../../src/daemon/reactions/condition.ts";
import { matchesReaction, type Reaction } from "../../../src/daemon/reactions/reaction.ts";
import type { AgentId, Oid, TaskId } from "../../../src/protocol/ids.ts";
import { eventJson, type MoundEvent } from "../../../src/protocol/views/event.ts";

const EVENT: MoundEvent = {
  id: "e1",
  type: "task.done",
  commit: "1".repeat(40) as Oid,
  time: Date.UTC(2026, 10, 21, 9, 30),
  actor: "ant-1" as AgentId,
  task: "k3f9qz7-fix-login" as TaskId,
  title: "Fix the *login*",
  needs: ["typescript", "review"],
  priority: 3,
  token: 12,
};

function holds(field: string, ...values: string[]): boolean {
  const condition = readCondition(field, values);
  if (!condition.ok) throw new Error(condition.error);
  return meets(condition.value, EVENT);
}

test.each([
  ["equality", "actor", ["ant-1"], ["ant-2", "ant-", "ANT-1", "ant-1 "]],
  ["a list that contains it", "needs", ["typescript", "review"], ["type", "typescript,review"]],
  ["a beginning", "task", ["k3f9*", "*", "k3f9qz7-fix-login*"], ["fix*"]],
  ["a beginning in a list", "needs", ["type*"], ["rust*"]],
  [
    "numbers",
    "priority",
    ["3", ">=3", "<=3", ">2", "<4", "!=2", "=3", "!=>3"],
    ["2", ">3", "<3", ">=4", "!=3"],
  ],
  ["numbers as numbers", "token", [">9", "012"], ["<9"]],
  [
    "times",
    "time",
    [">=2026-11-21T09:30:00.000Z", "<2027-01-01T00:00:00.000Z"],
    [">2026-11-21T09:30:00.000Z"],
  ],
  ["what is not", "agent", ["!=ant-1", "!=*"], ["*", "ant-1"]],
  ["what a list has not", "needs", ["!=rust"], ["!=review", "!=rev*"]],
  ["exactly what is written", "title", ["=Fix the *login*", "Fix*"], ["=Fix*", "=*"]],
])("a condition tells %s", (_title, field, passing, failing) => {
  for (const value of passing) expect([value, holds(field, value)]).toEqual([value, true]);
  for (const value of failing) expect([value, holds(field, value)]).toEqual([value, false]);
});

test("a list of values means any of them", () => {
  expect(holds("actor", "ant-7", "ant-1")).toBe(true);
  expect(holds("actor", "ant-7", "ant-8")).toBe(false);
  expect(holds("priority", "0", ">=3")).toBe(true);
});

test("what makes no sense is an error that says why", () => {
  const message = (field: string, ...values: string[]): string => {
    const condition = readCondition(field, values);
    return condition.ok ? "" : condition.error;
  };
  expect(message("prio", "3")).toContain(`They have: ${CONDITION_FIELDS.join(", ")}.`);
  expect(message("constructor", "3")).toContain("no field `constructor`");
  expect(message("priority", ">=")).toContain("nothing after `>=`");
  expect(message("priority", "3.5")).toContain("a whole number");
  expect(message("priority", "3*")).toContain("no beginning");
  expect(message("until", ">tomorrow")).toContain("2026-12-01T12:00:00.000Z");
  expect(message("title", ">=a")).toContain("compares numbers and times");
  expect(message("needs")).toContain("empty list");
  expect(message("actor", "!=")).toContain("nothing after `!=`");
});

test("the fields are those of an event's JSON", () => {
  const full: Required<MoundEvent> = {
    ...EVENT,
    agent: "ant-1" as AgentId,
    until: 1,
    percent: 1,
    text: "x",
    refs: [],
    fingerprint: "SHA256:x",
    level: "high",
    scope: "all",
    severity: "half",
    topic: "deploy",
    mark: "need",
    strength: 5,
    reviewers: ["ant-2" as AgentId],
    amount: 3,
    free: 4,
    rule: "CL1",
    code: "held",
    lock: "deploy",
  } as Required<MoundEvent>;
  const names = Object.keys(eventJson(full, "c")).filter(
    (name) => name !== "v" && name !== "cursor",
  );
  expect([...CONDITION_FIELDS].toSorted()).toEqual(names.toSorted());
});

test("a reaction takes an event of one of its patterns that meets all of its conditions", () => {
  const reaction = (on: string[], where: Record<string, string>): Reaction => ({
    name: "r",
    on,
    where: Object.entries(where).map(([field, value]) => {
      const condition = readCondition(field, [value]);
      if (!condition.ok) throw new Error(condition.error);
      return condition.value;
    }),
    run: ["true"],
    timeout: 1,
    retries: 0,
    concurrency: 1,
  });
  expect(matchesReaction(reaction(["task.*"], {}), EVENT)).toBe(true);
  expect(matchesReaction(reaction(["agent.*", "*.done"], {}), EVENT)).toBe(true);
  expect(matchesReaction(reaction(["agent.*"], {}), EVENT)).toBe(false);
  expect(matchesReaction(reaction(["*"], { actor: "ant-1", priority: ">=3" }), EVENT)).toBe(true);
  expect(matchesReaction(reaction(["*"], { actor: "ant-1", priority: ">=4" }), EVENT)).toBe(false);
});
