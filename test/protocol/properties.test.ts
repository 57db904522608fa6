import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold } from "../../src/protocol/fold.ts";
import { type CommitFacts, judge, type Verdict } from "../../src/protocol/judge.ts";
import { type Key, MemoryState, Overlay, type Value, type View } from "../../src/protocol/state.ts";
import { expectDerived, Ledger } from "../support/ledger.ts";
import { runsUpTo } from "../support/scale.ts";
import type { World } from "../support/world.ts";
import { Yard } from "../support/yard.ts";
import { type Step, steps } from "../support/yard-steps.ts";

/** How often each rule was met: a generator that meets few of them shows little. */
const met = new Map<string, number>();

function play(
  taken: readonly Step[],
  look: (verdict: Verdict, honest: boolean) => void = () => {},
): World {
  const yard = new Yard((verdict, honest) => {
    const rule = verdict.accepted ? "accepted" : verdict.fault.rule;
    met.set(rule, (met.get(rule) ?? 0) + 1);
    look(verdict, honest);
  });
  for (const step of taken) yard.take(step);
  return yard.world;
}

/** Every entry of a state, in order of key. */
function entriesOf(state: MemoryState): readonly (readonly [Key, Value])[] {
  return [...state.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function foldAll(facts: readonly CommitFacts[], state = new MemoryState()): MemoryState {
  for (const commit of facts) fold(state, commit);
  return state;
}

/** As a cache on disk keeps it. */
function reloaded(state: MemoryState): MemoryState {
  return new MemoryState(JSON.parse(JSON.stringify([...state.entries()])) as [Key, Value][]);
}

describe("whatever agents do, and whatever their clocks say", () => {
  test("a task has one winner at a time, its tokens only rise, and nothing is done twice", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const ledger = new Ledger();
        const world = play(taken, (verdict) => ledger.take(verdict));
        expectDerived(world.state);
      }),
      runsUpTo(80, 200),
    );
    // The judge was tried: most rules that commands can run into were met.
    expect(met.get("accepted")).toBeGreaterThan(100);
    expect(met.size).toBeGreaterThan(8);
  });

  test("what decide gives, the judge accepts, and a decision changes nothing", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        play(taken, (verdict, honest) => {
          expect(verdict.accepted || !honest ? "accepted" : verdict.fault).toBe("accepted");
        });
      }),
      runsUpTo(80, 200),
    );
  });

  test("a fold in pieces, through a cache or not, is the fold in one piece", () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(60), { maxLength: 4 }), (taken, cuts) => {
        const { log, state } = play(taken);
        const whole = entriesOf(foldAll(log));
        expect(entriesOf(state)).toEqual(whole);
        let pieces = new MemoryState();
        let from = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), log.length]) {
          pieces = reloaded(foldAll(log.slice(from, cut), pieces));
          from = Math.max(from, Math.min(cut, log.length));
        }
        expect(entriesOf(pieces)).toEqual(entriesOf(reloaded(foldAll(log))));
      }),
      runsUpTo(30, 60),
    );
  });

  test("speculation on overlays is folding, and leaves the state below as it was", () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (taken, cut) => {
        const { log } = play(taken);
        const base = foldAll(log.slice(0, cut));
        const before = JSON.stringify(entriesOf(base));
        const batch = new Overlay(base);
        let stacked: View = base;
        for (const facts of log.slice(cut)) {
          const { delta } = judge(batch, facts);
          expect([...judge(stacked, facts).delta]).toEqual([...delta]);
          batch.apply(delta);
          const layer = new Overlay(stacked);
          layer.apply(delta);
          stacked = layer;
        }
        expect(JSON.stringify(entriesOf(base))).toBe(before);
        base.apply(batch.delta);
        expect(entriesOf(base)).toEqual(entriesOf(foldAll(log)));
      }),
      runsUpTo(30, 60),
    );
  });

  test("the state knows what the tree holds: the good bytes, or where they are astray", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const world = play(taken);
        const known = world.state.keys("file/").map((key) => key.slice("file/".length));
        for (const path of new Set([...world.paths(), ...known])) {
          const astray = world.state.get(`astray/${path}`);
          const expected =
            astray === undefined ? world.state.get(`file/${path}`)?.oid : (astray.oid ?? undefined);
          expect([path, world.oidAt(path)]).toEqual([path, expected]);
        }
        const strays = world.state.keys("astray/").map((key) => key.slice("astray/".length));
        const files = Object.fromEntries(strays.map((path) => [path, world.accepted(path)]));
        const author = world.state.get("agent/root")?.status === "active" ? "root" : undefined;
        if (strays.length === 0 || author === undefined) return;
        // One commit of a member puts all of it right.
        const time = Math.max(world.now, world.state.get("line")!.time);
        expect(world.commit({ author, files, time }).accepted).toBe(true);
        expect(world.state.keys("astray/")).toEqual([]);
      }),
      runsUpTo(50, 100),
    );
  });
});
