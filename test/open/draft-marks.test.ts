import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/memory/clock.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { digest, type DraftMark, DraftMarks } from "../../src/open/draft-marks.ts";
import { testFolder } from "../support/site.ts";

/** No process has this number: it is more than any system gives. */
const DEAD = 2 ** 30;
const TEXT = "kind: task\ntitle: Fix it\n";

async function bench() {
  const dir = await testFolder();
  const clock = virtualClock();
  const ports = { clock, random: seededRandom(7) };
  const marks = join(dir, "marks");
  const drafts = join(dir, "drafts");
  mkdirSync(drafts);
  const path = join(drafts, "fix.yaml");
  writeFileSync(path, TEXT);
  return {
    clock,
    drafts,
    marks,
    path,
    /** The marks as a process sees them. */
    by: (pid: number) => new DraftMarks(marks, ports, pid),
    taken: ({ nonce }: DraftMark) => join(drafts, `.fix.yaml.${nonce}.taken`),
  };
}

describe("a draft is marked while it is on its way", () => {
  test("whoever comes next gets the same nonce, until the draft is taken away", async () => {
    const { by, path, marks, drafts } = await bench();
    const first = await by(DEAD).begin(path, digest(TEXT));
    const second = await by(process.pid).begin(path, digest(TEXT));
    expect([first.fresh, second.fresh]).toEqual([true, false]);
    expect(second.mark).toEqual(first.mark);
    expect(by(process.pid).isBusy(first.mark)).toBe(false);
    expect(await by(process.pid).consume(second.mark)).toBe("removed");
    expect([readdirSync(marks), readdirSync(drafts)]).toEqual([[], []]);
    expect((await by(process.pid).begin(path, digest(TEXT))).mark.nonce).not.toBe(first.mark.nonce);
  });

  test("the mark of a live process is busy, for as long as a submit may take", async () => {
    const { by, path, clock } = await bench();
    const { mark } = await by(process.pid).begin(path, digest(TEXT));
    expect(by(process.pid).isBusy(mark)).toBe(false);
    expect(by(DEAD).isBusy(mark)).toBe(true);
    await clock.advance(5 * 60_000);
    expect(by(DEAD).isBusy(mark)).toBe(false);
  });

  test("killed after the draft was taken: the same words once more are a new wish", async () => {
    const { by, path, taken, drafts } = await bench();
    const { mark } = await by(DEAD).begin(path, digest(TEXT));
    renameSync(path, taken(mark));
    writeFileSync(path, TEXT);
    const next = await by(process.pid).begin(path, digest(TEXT));
    expect([next.fresh, next.mark.nonce === mark.nonce]).toEqual([true, false]);
    expect(readdirSync(drafts)).toEqual(["fix.yaml"]);
  });

  test("an edit that came before the draft was taken goes back to its place", async () => {
    const { by, path, drafts } = await bench();
    const { mark } = await by(process.pid).begin(path, digest(TEXT));
    writeFileSync(path, "edited");
    expect(await by(process.pid).consume(mark)).toBe("changed");
    expect([readFileSync(path, "utf8"), readdirSync(drafts)]).toEqual(["edited", ["fix.yaml"]]);
    // The mark stays, so that the edit is not taken for a new wish.
    expect(await by(process.pid).begin(path, digest("edited"))).toEqual({ mark, fresh: false });
  });

  test("a file that is written anew while the old one is taken is left", async () => {
    const { by, path, taken } = await bench();
    const { mark } = await by(DEAD).begin(path, digest(TEXT));
    writeFileSync(path, "edited");
    renameSync(path, taken(mark));
    writeFileSync(path, "newer");
    await by(process.pid).sweep(join(path, ".."));
    expect([readFileSync(path, "utf8"), existsSync(taken(mark))]).toEqual(["newer", false]);
  });
});

describe("what dead processes left is swept", () => {
  test("taken drafts, and marks whose draft is gone for a while", async () => {
    const { by, path, taken, drafts, marks, clock } = await bench();
    const { mark } = await by(DEAD).begin(path, digest(TEXT));
    renameSync(path, taken(mark));
    await by(process.pid).sweep(drafts);
    expect([readdirSync(marks), readdirSync(drafts)]).toEqual([[], []]);
    await by(DEAD).begin(path, digest(TEXT));
    await by(process.pid).sweep(drafts);
    expect(readdirSync(marks)).toHaveLength(1);
    await clock.advance(10_001);
    await by(process.pid).sweep(drafts);
    expect(readdirSync(marks)).toEqual([]);
  });

  test("a taken draft without a mark goes, other hidden files stay", async () => {
    const { by, path, taken, drafts } = await bench();
    const { mark } = await by(DEAD).begin(path, digest(TEXT));
    await by(DEAD).drop(mark);
    renameSync(path, taken(mark));
    writeFileSync(join(drafts, ".fix.yaml.swp"), "");
    writeFileSync(join(drafts, ".notes.taken"), "");
    await by(process.pid).sweep(drafts);
    expect(readdirSync(drafts).toSorted()).toEqual([".fix.yaml.swp", ".notes.taken"]);
  });

  test("a mark that a power cut has torn is made anew", async () => {
    const { by, path, marks } = await bench();
    await by(DEAD).begin(path, digest(TEXT));
    writeFileSync(join(marks, `${digest(path)}.json`), '{"path":');
    await by(process.pid).sweep(join(path, ".."));
    expect(await by(process.pid).begin(path, digest(TEXT))).toMatchObject({ fresh: true });
  });

  test("a mark that another has made meanwhile is not dropped with the old one", async () => {
    const { by, path, marks } = await bench();
    const old = await by(DEAD).begin(path, digest(TEXT));
    await by(DEAD).drop(old.mark);
    const next = await by(process.pid).begin(path, digest(TEXT));
    await by(DEAD).drop(old.mark);
    expect(readdirSync(marks)).toHaveLength(1);
    expect(await by(process.pid).begin(path, digest(TEXT))).toEqual({ ...next, fresh: false });
  });
});
