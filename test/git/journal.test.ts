import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JournalEntry } from "../../src/app/ports.ts";
import { FileJournal } from "../../src/git/journal.ts";
import type { AgentId, Nonce } from "../../src/protocol/ids.ts";
import { temporary } from "../keys/openssh.ts";

/** No process has this number: the largest that Linux gives is 4,194,304. */
const DEAD = 4_999_999;

function entry(name: string): JournalEntry {
  return { nonce: name.repeat(16) as Nonce, agent: "ant" as AgentId, summary: name, at: 1 };
}

const names = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.map(({ summary }) => summary).toSorted();

test("what was begun and not ended is left over once its process is gone, and not before", async () => {
  const folder = join(temporary(), "journal");
  const dying = new FileJournal(folder, DEAD);
  const living = new FileJournal(folder);
  await dying.begin([entry("a"), entry("b"), entry("c")]);
  await dying.end([entry("b").nonce]);
  await living.begin([entry("d")]);
  expect(names(await living.leftovers())).toEqual(["a", "c"]);
  await living.end([entry("a").nonce]);
  expect(names(await new FileJournal(folder).leftovers())).toEqual(["c"]);
  await living.end([entry("c").nonce, entry("d").nonce]);
  expect(readdirSync(folder)).toEqual([]);
});

test("what is asked for again, under the same name, keeps what was in doubt beside it", async () => {
  const folder = join(temporary(), "journal");
  const dying = new FileJournal(folder, DEAD);
  await dying.begin([entry("a"), entry("b")]);
  await dying.begin([entry("a"), entry("c")]);
  expect(names(await new FileJournal(folder).leftovers())).toEqual(["a", "b", "c"]);
  await dying.end([entry("a").nonce, entry("c").nonce]);
  expect(names(await new FileJournal(folder).leftovers())).toEqual(["b"]);
});

test("a page that cannot be written leaves nothing behind, and says so", async () => {
  const folder = join(temporary(), "journal");
  const journal = new FileJournal(folder, DEAD);
  // Something that no rename replaces stands where the page belongs.
  mkdirSync(join(folder, `${entry("a").nonce}-${DEAD}.json`, "in the way"), { recursive: true });
  await expect(journal.begin([entry("a")])).rejects.toThrow();
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("what is no page is passed over", async () => {
  const folder = temporary();
  writeFileSync(join(folder, "garbage.json"), "{");
  writeFileSync(join(folder, "notes.txt"), "x");
  expect(await new FileJournal(folder).leftovers()).toEqual([]);
  expect(await new FileJournal(join(folder, "none")).leftovers()).toEqual([]);
});
