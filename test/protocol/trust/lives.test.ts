import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assert } from "../../../src/base/assert.ts";
import type { Verdict } from "../../../src/protocol/judge.ts";
import { expectDerived, Ledger } from "../../support/ledger.ts";
import { runsUpTo } from "../../support/scale.ts";
import { HOUR, MINUTE } from "../../support/world.ts";
import { Yard } from "../../support/yard.ts";
import { steps } from "../../support/yard-steps.ts";

const DAY = 24 * HOUR;
const SETTINGS = {
  cooldown: "5m",
  quarantine: "2",
  limits: "trusted",
  claims_max: "8",
} as const;

interface Life {
  readonly creator: string;
  review: boolean;
  claim: { agent: string; token: number; until: number } | undefined;
  last: string;
  lapses: number;
}

type Fields = Readonly<Record<string, never>> & {
  readonly id: string;
  readonly task: string;
  readonly agent: string;
  readonly creator: string;
  readonly token: number;
  readonly until: number;
  readonly at: number;
  readonly outcome: string;
  readonly verdict: string;
  readonly review?: string;
};

/** Who may take what, told from accepted records alone. */
class Warden {
  readonly met = new Set<string>();
  readonly #tasks = new Map<string, Life>();
  readonly #cooling = new Map<string, { lapses: number; until: number }>();

  take(verdict: Verdict): void {
    if (!verdict.accepted) {
      this.met.add(verdict.fault.rule);
      return;
    }
    const { records, time } = verdict;
    // What stands at the beginning of the commit: a takeover ends the claim before it.
    for (const { kind, fields } of records) this.#read(kind, fields as unknown as Fields, time);
  }

  #read(kind: string, fields: Fields, time: number): void {
    if (kind === "task") this.#write(fields, time);
    if (kind === "attempt") this.#end(fields, time);
    if (kind === "claim") this.#claim(fields, time);
    if (kind !== "review" || fields.verdict !== "accepted") return;
    const task = this.#tasks.get(fields.task)!;
    if (task.last !== task.creator) this.#cooling.delete(task.last);
  }

  #write({ id, creator, review }: Fields, time: number): void {
    const task = this.#tasks.get(id);
    const asks = review === "required";
    if (task === undefined)
      this.#tasks.set(id, { creator, review: asks, claim: undefined, last: "", lapses: 0 });
    else {
      task.review = asks;
      // A lapse that is seen is forgiven; it is counted when somebody takes over, and so beforehand not.
      const seen = task.claim !== undefined && task.claim.until <= time;
      task.lapses = seen ? -1 : 0;
    }
  }

  #end({ task: id, outcome }: Fields, time: number): void {
    const task = this.#tasks.get(id)!;
    const { agent } = task.claim!;
    task.claim = undefined;
    task.last = agent;
    if (outcome === "expired") {
      task.lapses += 1;
      const known = this.#cooling.get(agent);
      const before = known !== undefined && time < known.until + DAY ? known.lapses : 0;
      const length = Math.min(DAY, 5 * MINUTE * 2 ** before);
      this.#cooling.set(agent, { lapses: before + 1, until: time + length });
    } else task.lapses = Math.max(0, task.lapses);
    if (outcome === "done" && !task.review && agent !== task.creator) this.#cooling.delete(agent);
  }

  #claim({ task: id, agent, token, until, at }: Fields, time: number): void {
    const task = this.#tasks.get(id)!;
    const { claim } = task;
    const goesOn = claim?.token === token;
    if (!goesOn || claim.until <= time) {
      assert((this.#cooling.get(agent)?.until ?? 0) <= time, "who cools down took a task");
      assert(task.lapses + (goesOn ? 1 : 0) < 2, "a quarantined task was taken");
      if (goesOn) task.lapses = Math.max(0, task.lapses);
    }
    // Nobody is trusted wholly here but the root, and nobody less than a quarter.
    if (agent !== "root" && !goesOn) assert(until - at < 8 * HOUR, "a lease was too long");
    task.claim = { agent, token, until };
  }
}

describe("whatever agents do where lapses have consequences", () => {
  test("[CL16] [CL17] nobody takes anything while cooling down, nor what is quarantined", () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(steps, (taken) => {
        const warden = new Warden();
        const ledger = new Ledger();
        const yard = new Yard(
          (verdict, honest) => {
            expect(verdict.accepted || !honest ? "accepted" : verdict.fault).toBe("accepted");
            ledger.take(verdict);
          },
          { settings: SETTINGS, watched: false },
        );
        for (const step of taken) yard.take(step);
        for (const verdict of yard.world.verdicts) warden.take(verdict);
        for (const rule of warden.met) met.add(rule);
        expectDerived(yard.world.state);
        if (yard.world.state.keys("cooling/").length > 0) met.add("cooled");
      }),
      runsUpTo(80, 200),
    );
    expect(met).toContain("cooled");
  });
});
