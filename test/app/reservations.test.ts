import { describe, expect, test } from "vitest";
import { ReservationTracker } from "../../src/app/reservations.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { Incoming } from "../../src/protocol/kinds/incoming.ts";
import { auditing, report } from "../support/auditing.ts";
import { MINUTE, World } from "../support/world.ts";

const task = (id: string, paths: readonly string[], shared = false): Incoming =>
  record("task", { id, paths, ...(shared ? { shared: "true" } : {}) });
const claim = (id: string, agent: string, token: number, until: number): Incoming =>
  record("claim", { task: id, agent, token, until: until * MINUTE });
const attempt = (id: string, token: number): Incoming => record("attempt", { task: id, token });

function record(kind: string, fields: Readonly<Record<string, unknown>>): Incoming {
  return { kind, fields } as unknown as Incoming;
}

/** Shows commits to a tracker, a minute apart; answers the faults as `commit task other`. */
function track(...commits: readonly (readonly Incoming[])[]) {
  let tracker = new ReservationTracker();
  commits.forEach((records, at) => {
    const commit = String(at + 1).repeat(40) as Oid;
    tracker.step(records, { commit, number: at + 1, time: at * MINUTE });
    // What was kept in between goes on as if nothing had been.
    tracker = new ReservationTracker(JSON.parse(JSON.stringify(tracker.keep())));
  });
  const found = tracker.report();
  return {
    found,
    faults: found.faults.map(({ number, task: id, other }) => `${number} ${id} ${other}`),
  };
}

describe("reserved paths", () => {
  const two = [task("a", ["src/**"]), task("b", ["src/x", "docs"])];

  test("hold where claims follow each other, or have no path in common", () => {
    const { found, faults } = track(
      [...two, task("c", ["src2"]), task("d", [])],
      [claim("a", "ant", 1, 9)],
      [claim("a", "ant", 1, 19), claim("c", "bee", 1, 19), claim("d", "bee", 1, 19)],
      [attempt("a", 1), claim("b", "bee", 1, 9)],
    );
    expect(faults).toEqual([]);
    expect(found).toEqual({ tasks: 3, claims: 3, faults: [], more: 0 });
  });

  test("hold where one lapsed before the other began, and where both are shared", () => {
    const shared = [task("c", ["**/x"], true), task("d", ["src"], true)];
    expect(track(two, [claim("a", "ant", 1, 2)], [claim("b", "bee", 1, 9)]).faults).toEqual([]);
    expect(track(shared, [claim("c", "ant", 1, 9)], [claim("d", "bee", 1, 9)]).faults).toEqual([]);
  });

  const broken: readonly (readonly [string, string, readonly (readonly Incoming[])[]])[] = [
    ["a claim", "3 b a", [two, [claim("a", "ant", 1, 9)], [claim("b", "ant", 1, 9)]]],
    [
      "a claim in the same commit",
      "2 b a",
      [two, [claim("a", "ant", 1, 9), claim("b", "x", 1, 9)]],
    ],
    [
      "a renewal after the lapse",
      "4 a b",
      [two, [claim("a", "ant", 1, 2)], [claim("b", "bee", 1, 9)], [claim("a", "ant", 1, 9)]],
    ],
    [
      "a claim against one that was renewed in time",
      "4 b a",
      [two, [claim("a", "ant", 1, 2)], [claim("a", "ant", 1, 9)], [claim("b", "bee", 1, 9)]],
    ],
    [
      "a takeover",
      "4 a b",
      [
        two,
        [claim("a", "ant", 1, 2)],
        [claim("b", "bee", 1, 9)],
        [attempt("a", 1), claim("a", "x", 2, 9)],
      ],
    ],
    [
      "another task that is not shared",
      "3 b c",
      [[...two, task("c", ["*/x"], true)], [claim("c", "ant", 1, 9)], [claim("b", "bee", 1, 9)]],
    ],
    [
      "paths that change under a claim",
      "3 b a",
      [
        [task("a", ["src"]), task("b", ["docs"])],
        [claim("a", "ant", 1, 9), claim("b", "bee", 1, 9)],
        [task("b", ["**"])],
      ],
    ],
  ];
  test.each(broken)("do not hold after %s", (_what, fault, commits) => {
    expect(track(...commits).faults).toEqual([fault]);
  });
});

test("what a bent judge lets through, the audit finds", async () => {
  const world = World.found();
  for (const name of ["ant-1", "ant-2"]) world.agent(name);
  const one = world.add("one", { paths: ["src/auth"] });
  const two = world.add("two", { paths: ["src/auth/login.ts"] });
  world.must("ant-1", { type: "claim", task: one });
  expect(world.run("ant-2", { type: "claim", task: two }).ok).toBe(false);
  const honest = await report(auditing(world), world.tip!);
  expect(honest.reservations).toEqual({ tasks: 1, claims: 1, faults: [], more: 0 });

  // A judge that has forgotten what the first claim reserves takes the second.
  world.state.apply(new Map([["paths/src", undefined]]));
  world.must("ant-2", { type: "claim", task: two });
  const tracker = new ReservationTracker();
  world.verdicts.forEach((verdict, at) => {
    const place = { commit: world.log[at]!.oid, number: at + 1, time: verdict.time };
    if (verdict.accepted) tracker.step(verdict.records, place);
  });
  expect(tracker.report()).toMatchObject({
    claims: 2,
    faults: [
      { task: two, other: one, agent: "ant-2", commit: world.tip, number: world.log.length },
    ],
  });
});
