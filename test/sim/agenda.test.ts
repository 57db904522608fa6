import fc from "fast-check";
import { expect, test } from "vitest";
import { Agenda } from "../../src/sim/agenda.ts";

test("what is planned comes by time, and at one time in the order of planning", () => {
  const times = fc.array(fc.nat(20), { maxLength: 60 });
  fc.assert(
    fc.property(times, (planned) => {
      const agenda = new Agenda<number>();
      planned.forEach((at, index) => agenda.plan(at, index));
      const came = planned.map(() => agenda.next()!);
      expect(agenda.next()).toBeUndefined();
      const sorted = planned
        .map((at, index) => ({ at, what: index }))
        .toSorted((a, b) => a.at - b.at || a.what - b.what);
      expect(came.map(({ at, what }) => ({ at, what }))).toEqual(sorted);
    }),
  );
});

test("what is planned meanwhile takes its place among the rest", () => {
  const agenda = new Agenda<string>();
  agenda.plan(5, "late");
  agenda.plan(1, "early");
  expect(agenda.next()?.what).toBe("early");
  agenda.plan(3, "between");
  expect(agenda.next()?.what).toBe("between");
  expect(agenda.next()?.what).toBe("late");
});
