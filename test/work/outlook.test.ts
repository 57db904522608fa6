import { describe, expect, test } from "vitest";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import { outlook } from "../../src/work/outlook.ts";
import { board, NOW as BOARD_NOW } from "../support/board.ts";
import { HOUR, World } from "../support/world.ts";

const ME = "ant-1" as AgentId;
const NO = { takeable: false, hope: false };
const WAIT = { takeable: false, hope: true };
const TAKE = { takeable: true, hope: true };

/** ant-1, who works, can do `sh`; ant-2 can do `sh` and `sql`. */
function world(): World {
  const made = World.found();
  made.agent("ant-1", ["sh"]);
  made.agent("ant-2", ["sh", "sql"]);
  return made;
}

function see(made: World, left: { forNow?: TaskId[]; forGood?: TaskId[] } = {}, later = 0) {
  return outlook(made.state, ME, made.now + later, { forNow: [], forGood: [], ...left });
}

test("an agent without any task has nothing to wait for", () => {
  expect(see(world())).toEqual(NO);
});

test("it may take what is open; it waits for what it leaves for now, not for what it leaves for good", () => {
  const made = world();
  const id = made.add("work");
  expect(see(made)).toEqual(TAKE);
  expect(see(made, { forNow: [id] })).toEqual(WAIT);
  expect(see(made, { forGood: [id] })).toEqual(NO);
});

test("it waits for what another claim's paths keep from it, be that claim its own", () => {
  const made = world();
  const wide = made.add("wide", { paths: ["src"] });
  const one = made.add("one", { paths: ["src/a"] });
  for (const agent of ["ant-2", "ant-1"]) {
    made.must(agent, { type: "claim", task: wide, lease: HOUR });
    expect(see(made)).toEqual(WAIT);
    expect(see(made, {}, 2 * HOUR)).toEqual(TAKE);
    expect(see(made, { forGood: [one, wide] })).toEqual(NO);
    made.must(agent, { type: "finish", task: wide, outcome: "released" });
    expect(see(made)).toEqual(TAKE);
  }
});

test("it waits for what another holds, may take it when the lease is over, and not when it is done", () => {
  const made = world();
  const id = made.add("work");
  made.must("ant-2", { type: "claim", task: id, lease: HOUR });
  expect(see(made)).toEqual(WAIT);
  expect(see(made, { forGood: [id] })).toEqual(NO);
  expect(see(made, {}, 2 * HOUR)).toEqual(TAKE);
  made.must("ant-2", { type: "finish", task: id, outcome: "done" });
  expect(see(made)).toEqual(NO);
});

describe("behind a task that blocks", () => {
  test("that another holds it waits; that was cancelled it does not", () => {
    const made = world();
    const first = made.add("first", { needs: ["sql"] });
    made.add("second", { after: [first] });
    made.must("ant-2", { type: "claim", task: first });
    expect(see(made)).toEqual(WAIT);
    made.must("root", { type: "cancel", task: first });
    expect(see(made)).toEqual(NO);
  });

  test("one of several is enough to wait for", () => {
    const made = world();
    const [first, other] = [made.add("first"), made.add("other", { needs: ["gold"] })];
    made.must("ant-2", { type: "claim", task: first });
    made.add("either", { afterAny: [first, other] });
    expect(see(made)).toEqual(WAIT);
    made.must("root", { type: "cancel", task: first });
    expect(see(made)).toEqual(NO);
    const both = made.add("both", { after: [other] });
    made.must("root", { type: "edit", task: both, changes: { afterAny: [first, other] } });
    expect(see(made)).toEqual(NO);
  });

  test("at the end of a chain of thousands that came in one commit, it waits", () => {
    const made = world();
    const length = 4_000;
    const tasks = Array.from({ length }, (_, n) => ({
      title: "work",
      label: `l${n}`,
      ...(n === 0 ? {} : { after: [`l${n - 1}`] }),
    }));
    const [first] = made.must("root", { type: "add", tasks }).tasks;
    expect(see(made)).toEqual(TAKE);
    made.must("ant-2", { type: "claim", task: first! });
    expect(see(made)).toEqual(WAIT);
    made.must("root", { type: "cancel", task: first! });
    expect(see(made)).toEqual(NO);
  });

  test("that it cannot do, it waits only where another member says it can", () => {
    const made = world();
    const first = made.add("first", { needs: ["sql"] });
    made.add("second", { after: [first] });
    expect(see(made)).toEqual(WAIT);
    made.must("ant-2", { type: "end-membership", agent: "ant-2", status: "withdrawn" });
    expect(see(made)).toEqual(NO);
  });

  test("that it failed at, it does not wait until another takes it", () => {
    const made = world();
    const first = made.add("first");
    made.add("second", { after: [first] });
    expect(see(made, { forGood: [first] })).toEqual(NO);
    made.must("ant-2", { type: "claim", task: first });
    expect(see(made, { forGood: [first] })).toEqual(WAIT);
  });

  test("that is done and awaits a review, it does not wait", () => {
    const made = world();
    const first = made.add("first", { review: "required" });
    made.add("second", { after: [first] });
    made.must("ant-2", { type: "claim", task: first });
    made.must("ant-2", { type: "finish", task: first, outcome: "done" });
    expect(see(made)).toEqual(NO);
  });

  test("for a task that it cannot do itself it waits for nothing", () => {
    const made = world();
    const first = made.add("first", { needs: ["sql"] });
    made.add("second", { after: [first], needs: ["sql"] });
    expect(see(made)).toEqual(NO);
  });

  test("it follows a chain of any length", () => {
    const made = world();
    let last = made.add("0", { needs: ["sql"] });
    for (let n = 1; n < 300; n += 1) last = made.add(String(n), { after: [last] });
    expect(see(made)).toEqual(WAIT);
  });
});

test("it waits for nothing that it has declined, until that is over; but for what another may do first", () => {
  const made = world();
  const id = made.add("work");
  made.must("ant-1", { type: "decline", task: id, length: HOUR });
  expect(see(made)).toEqual(NO);
  expect(see(made, {}, HOUR)).toEqual(TAKE);
  made.add("later", { after: [id] });
  expect(see(made)).toEqual(WAIT);
});

test("who steps back has hope for as long as there is something left, and none without", () => {
  const crowd = Object.fromEntries(
    Array.from({ length: 400 }, (_, at) => [`ant-${at + 1}`, { idle: 1_000 }]),
  );
  const looks = (count: number) => {
    const state = board({ tasks: Array.from({ length: count }, () => ({})), agents: crowd });
    return Array.from({ length: 40 }, (_, at) =>
      outlook(state, `ant-${at + 1}` as AgentId, BOARD_NOW, { forNow: [], forGood: [] }, true),
    );
  };
  const some = looks(1);
  expect(some.every(({ hope }) => hope)).toBe(true);
  expect(some.some(({ takeable }) => !takeable)).toBe(true);
  expect(looks(0)).toEqual(Array.from({ length: 40 }, () => NO));
});
