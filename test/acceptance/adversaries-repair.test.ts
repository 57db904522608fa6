import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { Arena } from "../support/adversaries/arena.ts";
import type { Attack } from "../support/adversaries/attack.ts";
import { ATTACKS } from "../support/adversaries/index.ts";
import { impliedTree, type Named, Reader } from "../support/adversaries/reader.ts";
import { SCALE } from "../support/race.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-repair-")));
let arena: Arena;
let good: string;
beforeAll(async () => {
  arena = await Arena.open(dir);
  good = await impliedTree(arena);
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

/** What no list of changes shows is for the door alone. */
const SEEN = ATTACKS.filter(({ met }) => met !== "unseen");
const CHAINED = SEEN.filter(({ met, alone }) => met === undefined && alone !== true);
/** Those that cannot follow others, by turns; at night each attack by itself. */
const SINGLE =
  SCALE > 1
    ? SEEN
    : SEEN.filter((attack) => !CHAINED.includes(attack)).filter((_, at) => at % 2 === 0);

describe("an audit flags, and repair undoes", () => {
  test(`${CHAINED.length} attacks one on the other`, async () => {
    let { tip } = arena.victim;
    const expected: Named[] = [];
    for (const attack of CHAINED) {
      tip = defined(await arena.build(attack, { tip }), attack.name);
      expected.push({ commit: tip, rule: attack.rule, code: attack.code });
    }
    arena.point(tip);
    const reader = new Reader(arena, "reader-of-all");
    // Each was built on the good tree, so that most have undone what the one before them did.
    const { exit, findings } = await reader.audit();
    expect([exit, byCommit(findings)]).toEqual([6, byCommit(expected)]);
    await reader.repair();
    await expectUndone(reader, expected);
  });

  test.each(SINGLE.map((attack) => [attack.name, attack] as const))("%s", async (_, attack) => {
    const tip = await arena.build(attack);
    arena.point(tip);
    const reader = new Reader(arena, "reader-of-one");
    try {
      expect(await meet(reader, attack, tip)).toBe(good);
    } finally {
      reader.end();
    }
  });
});

/** Answers the tree that the branch has at the end. */
async function meet(reader: Reader, attack: Attack, tip: Oid | undefined): Promise<string> {
  if (attack.met === "rewritten") return meetRewritten(reader);
  const commit = defined(tip, attack.name);
  return attack.met === "deferred"
    ? meetDeferred(reader, commit)
    : meetRefused(reader, attack, commit);
}

async function meetRefused(reader: Reader, { rule, code, lasting }: Attack, commit: string) {
  const findings = [{ commit, rule, code }];
  const before = await reader.audit();
  expect(before).toMatchObject({ findings, deferred: undefined });
  // Of what changed nothing, nothing is left.
  const left = (await reader.tree()) !== good;
  expect(before).toMatchObject({ exit: left ? 6 : 0, repaired: left ? 0 : 1 });
  await reader.repair();
  if (lasting === true) {
    expect(await reader.audit()).toMatchObject({ exit: 6, findings });
    // Refused commits at the end of the line may be forced away; whoever has read them follows.
    arena.point(arena.victim.tip);
    const tree = await reader.tree();
    expect(await reader.claim()).toBe(0);
    return tree;
  }
  await expectUndone(reader, findings);
  return reader.tree();
}

/** The tree is what the state implies, and what there was is told by whoever asks for it. */
async function expectUndone(reader: Reader, findings: readonly Named[]): Promise<void> {
  expect(await reader.tree()).toBe(good);
  const repaired = findings.length;
  const audited = await reader.audit();
  expect(audited).toMatchObject({ exit: 0, repaired, deferred: undefined });
  expect(byCommit(audited.findings)).toEqual(byCommit(findings));
  expect((await reader.audit("--strict")).exit).toBe(6);
}

/** An audit tells first what is open. */
function byCommit(findings: readonly Named[]): readonly Named[] {
  return findings.toSorted((a, b) => (a.commit < b.commit ? -1 : 1));
}

async function meetRewritten(reader: Reader): Promise<string> {
  const { tip } = arena.victim;
  const { exit, findings } = await reader.audit();
  expect(exit).toBe(6);
  expect(findings).toContainEqual({
    commit: tip,
    rule: "history-rewritten",
    code: "history-rewritten",
  });
  await reader.repair("--force-line", "--yes");
  expect(await reader.tip()).toBe(tip);
  expect(await reader.audit()).toMatchObject({ exit: 0, findings: [] });
  return reader.tree();
}

/** It is nothing yet; whoever may can give the branch back what is not ahead of time. */
async function meetDeferred(reader: Reader, commit: string): Promise<string> {
  expect(await reader.audit()).toMatchObject({ exit: 0, findings: [], deferred: commit });
  await reader.repair("--force-line", "--yes");
  expect(await reader.tip()).toBe(arena.victim.tip);
  const tree = await reader.tree();
  expect(await reader.claim()).toBe(0);
  return tree;
}
