import { describe, expect, test } from "vitest";
import type { OwnershipFault } from "../../src/app/audit-report.ts";
import { LOCKS, OwnershipTracker, TASKS } from "../../src/app/ownership.ts";
import type { AgentId, Oid, TaskId } from "../../src/protocol/ids.ts";
import type { Incoming } from "../../src/protocol/kinds/incoming.ts";

const TASK = "k3f9qz7-x" as TaskId;
const MINUTE = 60_000;

interface Body {
  readonly agent: string;
  readonly token: number;
  readonly until?: number;
  readonly outcome?: string;
}

const claim = (agent: string, token: number, until = 10 * MINUTE): Incoming =>
  record("claim", { agent, token, until });
const attempt = (agent: string, token: number, outcome = "done"): Incoming =>
  record("attempt", { agent, token, outcome });
const progress = (agent: string, token: number): Incoming => record("progress", { agent, token });

function record(kind: string, body: Body): Incoming {
  return { kind, fields: { task: TASK, ...body } } as unknown as Incoming;
}

/** Shows commits to a tracker, a minute apart; answers the codes of the faults and the intervals. */
function track(...commits: readonly (readonly Incoming[])[]) {
  let tracker = new OwnershipTracker(TASKS);
  commits.forEach((records, at) => {
    const commit = String(at + 1).repeat(40) as Oid;
    tracker.step(records, { commit, number: at + 1, time: at * MINUTE });
    // What was kept in between goes on as if nothing had been.
    tracker = new OwnershipTracker(TASKS, JSON.parse(JSON.stringify(tracker.keep())));
  });
  const report = tracker.report();
  return {
    codes: report.faults.map(({ code, number, agent }) => `${code} ${number} ${agent}`),
    intervals: report.intervals.get(TASK) ?? [],
    report,
  };
}

describe("single ownership", () => {
  test("holds where each claim begins after the one before has ended", () => {
    const { codes, intervals, report } = track(
      [claim("a", 1)],
      [claim("a", 1, 20 * MINUTE), progress("a", 1)],
      [attempt("a", 1)],
      [claim("b", 2)],
    );
    expect(codes).toEqual([]);
    expect(intervals).toEqual([
      { token: 1, agent: "a", from: 1, to: 3, since: 0, ended: 2 * MINUTE },
      { token: 2, agent: "b", from: 4, to: undefined, since: 3 * MINUTE, ended: undefined },
    ]);
    expect(report).toMatchObject({ owned: 1, claims: 2, standing: 1 });
  });

  test("a takeover ends one claim and begins the next in one commit, in whatever order they come", () => {
    const taken = track([claim("a", 1, MINUTE)], [claim("b", 2), attempt("b", 1, "expired")]);
    expect(taken.codes).toEqual([]);
    expect(taken.intervals).toMatchObject([
      { from: 1, to: 2 },
      { from: 2, to: undefined },
    ]);
  });

  const broken: readonly (readonly [
    OwnershipFault["code"],
    string,
    readonly (readonly Incoming[])[],
  ])[] = [
    ["overlap", "a claim over a claim that stands", [[claim("a", 1)], [claim("b", 2)]]],
    ["token-gap", "a first token that is not 1", [[claim("a", 2)]]],
    [
      "token-gap",
      "a token that is left out",
      [[claim("a", 1)], [attempt("a", 1)], [claim("b", 3)]],
    ],
    ["not-the-holder", "a renewal by another", [[claim("a", 1)], [claim("b", 1, 20 * MINUTE)]]],
    ["not-the-holder", "a progress by another", [[claim("a", 1)], [progress("b", 1)]]],
    ["not-the-holder", "a finish by another", [[claim("a", 1)], [attempt("b", 1)]]],
    [
      "after-the-end",
      "a progress after the end",
      [[claim("a", 1)], [attempt("a", 1)], [progress("a", 1)]],
    ],
    [
      "after-the-end",
      "a second end",
      [[claim("a", 1)], [attempt("a", 1)], [attempt("a", 1, "failed")]],
    ],
    [
      "after-the-end",
      "a claim that begins again under a token that is over",
      [[claim("a", 1)], [attempt("a", 1)], [claim("a", 1)]],
    ],
    ["after-the-end", "an end of what never began", [[attempt("a", 1)]]],
    [
      "after-the-end",
      "a progress under an older token",
      [[claim("a", 1, MINUTE)], [attempt("b", 1, "expired"), claim("b", 2)], [progress("a", 1)]],
    ],
    [
      "not-lapsed",
      "a takeover of a lease that runs",
      [[claim("a", 1)], [attempt("b", 1, "expired"), claim("b", 2)]],
    ],
  ];
  test.each(broken)("%s: %s", (code, _what, commits) => {
    const { report } = track(...commits);
    expect(report.faults).toEqual([
      {
        code,
        owned: TASK,
        agent: expect.any(String) as AgentId,
        token: expect.any(Number) as number,
        commit: String(commits.length).repeat(40),
        number: commits.length,
      },
    ]);
  });

  test("a cancellation may end the claim of another", () => {
    expect(track([claim("a", 1)], [attempt("root", 1, "cancelled")]).codes).toEqual([]);
  });

  test("a thousand faults are kept, and the rest is counted", () => {
    const { report } = track(
      [claim("a", 1)],
      ...Array.from({ length: 8 }, () => Array.from({ length: 200 }, () => progress("b", 1))),
    );
    expect(report.faults).toHaveLength(1_000);
    expect(report.more).toBe(600);
  });

  test("of locks is proved by their own records, apart from those of tasks", () => {
    const body = { name: "leader/x", until: MINUTE };
    const lock = (agent: string, token: number): Incoming =>
      ({ kind: "lock", fields: { ...body, agent, token } }) as unknown as Incoming;
    const tracker = new OwnershipTracker(LOCKS);
    const place = (number: number) => ({
      commit: String(number).repeat(40) as Oid,
      number,
      time: 0,
    });
    tracker.step([lock("a", 1), claim("a", 7), progress("b", 3)], place(1));
    expect(tracker.report()).toMatchObject({ owned: 1, claims: 1, standing: 1, faults: [] });
    tracker.step([lock("b", 2)], place(2));
    expect(tracker.report()).toMatchObject({
      faults: [{ code: "overlap", owned: "leader/x", agent: "b", token: 2, number: 2 }],
    });
  });
});
