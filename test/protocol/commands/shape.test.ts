import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Command } from "../../../src/protocol/commands/index.ts";
import { readCommand } from "../../../src/protocol/commands/shape.ts";
import { FULL_COMMANDS } from "../../support/full-commands.ts";
import { runs } from "../../support/scale.ts";
import { Yard } from "../../support/yard.ts";
import { AGENTS, steps } from "../../support/yard-steps.ts";

const full = Object.values(FULL_COMMANDS) as readonly Command[];

function overTheWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("a command that any planner takes", () => {
  test.each(full.map((command) => [command.type, command] as const))(
    "comes over the wire as it was sent: %s",
    (_type, command) => {
      expect(readCommand(overTheWire(command))).toEqual({ ok: true, value: command });
    },
  );

  test.each(full.map((command) => [command.type, command] as const))(
    "comes over the wire without what may be left out: %s",
    (_type, command) => {
      for (const fewer of withoutEach(command)) {
        const read = readCommand(overTheWire(fewer));
        if (read.ok) expect(read.value).toEqual(fewer);
        // What must not be left out is named.
        else expect(read.error).toMatch(/^(it is of no known type|[\w.-]+: .+)$/);
      }
    },
  );

  test("is not refused for what agents did in any random life of a mound", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const yard = new Yard(() => {});
        const { world } = yard;
        const decide = world.decide.bind(world);
        world.decide = (agent, command, view, cosigners) => {
          const own = command.type === "init" || command.type === "rotate";
          expect(readCommand(overTheWire(command))).toEqual(
            own ? { ok: false, error: "it is of no known type" } : { ok: true, value: command },
          );
          return decide(agent, command, view, cosigners);
        };
        for (const step of taken) yard.take(step);
      }),
      runs(20),
    );
  });
});

describe("what is no command", () => {
  test("is refused with words, and never throws", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (input) => {
        expect(readCommand(input)).toMatchObject({ ok: false, error: expect.any(String) });
      }),
      runs(500),
    );
  });

  test.each(["toString", "__proto__", "constructor", "hasOwnProperty", "init", "rotate", ""])(
    "is no type: %s",
    (type) => {
      expect(readCommand({ type, task: "k3f9" })).toEqual({
        ok: false,
        error: "it is of no known type",
      });
    },
  );

  test("what passes never makes a planner throw: one request must not break the batch of all", () => {
    let passed = 0;
    let decided = 0;
    fc.assert(
      fc.property(steps, fc.array(mutants, { minLength: 30, maxLength: 30 }), (taken, mutated) => {
        const yard = new Yard(() => {});
        for (const step of taken.slice(0, 25)) yard.take(step);
        const { world } = yard;
        const tasks = world.state.keys("task/").map((key) => key.slice("task/".length));
        for (const [at, mutant] of mutated.entries()) {
          const aimed = aimAt(mutant, tasks[at % tasks.length]!);
          const read = readCommand(overTheWire(aimed));
          if (!read.ok) continue;
          passed += 1;
          const decision = world.decide(AGENTS[at % AGENTS.length]!, read.value);
          if (decision.ok) decided += 1;
        }
      }),
      runs(80),
    );
    // The mutants are near enough to what is legal to say something.
    expect(passed).toBeGreaterThan(400);
    expect(decided).toBeGreaterThan(20);
  });
});

/** A value that somebody of ill will, or with a bug, might put where a text or a number belongs. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    "-",
    "..",
    "../../etc/passwd",
    "a/b",
    "__proto__",
    "constructor",
    "\u0000",
    "\u001b[2J",
    "\ud800",
    "a\nb: c",
    "---",
    "x".repeat(20_000),
    "2026-13-45T99:99:99.999Z",
    "1000000h",
    "999999999999999999999m",
    [],
    {},
    null,
    true,
    -1,
    0,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    8.64e15,
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.integer(),
  fc.array(fc.string({ maxLength: 10 }), { maxLength: 4 }),
  fc.anything(),
);

/** A command of which up to three parts are others. */
const mutants: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.constantFrom(...full),
    fc.array(fc.tuple(fc.nat(1_000), hostile), { maxLength: 3 }),
    fc.array(fc.nat(1_000), { maxLength: 6 }),
  )
  .map(([command, changes, removals]) => {
    const copy = overTheWire(command);
    for (const place of removals) removeAt(copy, place);
    for (const [place, value] of changes) replaceAt(copy, place, value);
    return copy;
  });

type Slot = readonly [holder: Record<string, unknown>, key: string];

/** Every place in a value, but for the command's own type. */
function slots(value: unknown, top = true): readonly Slot[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder)
    .filter((key) => !(top && key === "type"))
    .flatMap((key): readonly Slot[] => [[holder, key], ...slots(holder[key], false)]);
}

function replaceAt(value: unknown, place: number, by: unknown): void {
  const all = slots(value);
  const [holder, key] = all[place % Math.max(1, all.length)] ?? [];
  if (holder !== undefined) holder[key!] = by;
}

function removeAt(value: unknown, place: number): void {
  const all = slots(value).filter(([holder]) => !Array.isArray(holder));
  const [holder, key] = all[place % Math.max(1, all.length)] ?? [];
  if (holder !== undefined) delete holder[key!];
}

/** Names a task that is there, where the mutation left the name alone. */
function aimAt(value: unknown, task: string): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? value : JSON.parse(text.replaceAll("k3f9qz7-fix-login", task));
}

function withoutEach(command: Command): readonly unknown[] {
  return slots(command).map((_slot, place) => {
    const copy = overTheWire(command);
    removeAt(copy, place);
    return copy;
  });
}
