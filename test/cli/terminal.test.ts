import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KINDS } from "../../src/protocol/kinds/index.ts";
import { Arena } from "../support/adversaries/arena.ts";
import { ATTACKS } from "../support/adversaries/index.ts";
import { freeTexts, nastyCommits } from "../support/adversaries/nasty.ts";
import { CORPUS, NASTY, rawIn } from "../support/corpus.ts";
import { SCALE } from "../support/race.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-terminal-")));
let arena: Arena;
let task: Readonly<Record<string, string>>;

beforeAll(async () => {
  arena = await Arena.open(dir);
  task = { ...arena.victim.tasks, nasty: "zzzzzz1", auctioned: "zzzzzz3", tip: arena.victim.tip };
  const accepted = await nastyCommits(arena);
  let tip = accepted.tip;
  for (const attack of ATTACKS.filter(({ met, alone }) => met === undefined && alone !== true))
    tip = (await arena.build(attack, { tip, files: accepted.files })) ?? tip;
  arena.point(tip);
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

/**
 * What is typed of each command, `:name` being a task, `:tip` what came before; a command that is in no line here fails the
 * test, so that a new one is not forgotten. None: it tells nothing of the mound, or never ends.
 */
const LINES: Readonly<Record<string, readonly string[]>> = {
  init: [],
  clone: ["-C . clone origin.git again --as bob"],
  publish: [],
  join: ["join --as mallory"],
  leave: [],
  whoami: ["whoami --as mallory"],
  invite: [],
  "vouch export": ["vouch export alice", "vouch mallory --reason x --as mallory"],
  "vouch import": [],
  unvouch: ["unvouch bob --as mallory"],
  vouches: ["vouches", "vouches alice"],
  denounce: ["denounce bob --proof 0000 --reason x --as mallory"],
  "agent list": ["agent list"],
  "agent show": ["agent show mallory", "agent show vera"],
  "agent card": ["agent card mallory", "agent card vera"],
  can: ["can --as mallory", "can a --load 3/2 --as mallory", "can --name b:x --as mallory"],
  trust: ["trust", "trust mallory", "trust vera --from mallory --for \u001b[2J"],
  "trust diff": ["trust diff mallory vera", "trust diff"],
  who: ["who a", "who \u001b[2J"],
  "agent rotate": [],
  "agent revoke": [],
  "root add": ["root add mallory --as mallory"],
  "root remove": ["root remove root --as mallory"],
  "config get": ["config get", "config get name"],
  "config set": ["config set name x --as mallory"],
  "task add": [],
  "task import": [],
  "task list": ["task list", "task list --status done"],
  "task show": [":nasty", ":held", ":open", ":done", ":own"].map((id) => `task show ${id}`),
  "task edit": ["task edit :nasty --title x --as bob"],
  "task cancel": ["task cancel :nasty --as bob"],
  "task review": ["task review :own --accept --as bob"],
  submit: ["submit --as bob"],
  next: ["next --as bob", "next --explain --as bob"],
  claim: ["claim :held --as bob", "claim :open --as bob", "claim :nasty --as bob"],
  renew: ["renew :nasty --as bob", "renew :retaken --as alice"],
  progress: ["progress :nasty --percent 5 --as bob"],
  release: ["release :nasty --as bob"],
  done: ["done :held --as bob"],
  fail: ["fail :open --as bob"],
  bid: ["bid :nasty --stake 1 --eta 1h --as bob", "bid :auctioned --stake 1 --eta 1h --as bob"],
  reveal: ["reveal :auctioned --as bob", "reveal --as bob"],
  auction: ["auction :auctioned", "auction :nasty", "auction :auctioned --award --as root"],
  auctions: ["auctions"],
  decline: ["decline :held --as bob", "decline :nasty --as bob"],
  review: ["review --as bob", "review --all", "review :own --accept --as bob"],
  grant: ["grant mallory 5 --reason more"],
  balance: ["balance", "balance mallory"],
  ledger: ["ledger", "ledger mallory"],
  match: ["match :nasty", "match --agent mallory", "match :held --agent mallory"],
  work: ["work --once --as bob true"],
  lock: ["lock deploy --as bob"],
  lead: ["lead research --as bob", "lead research --status", "lead research --as alice"],
  unlock: ["unlock deploy --as bob"],
  locks: ["locks", "locks --held"],
  fence: ["fence deploy 1", "fence leader/research 1"],
  status: ["status", "status --as alice"],
  graph: [
    "graph",
    "graph --all",
    "graph :nasty --all",
    "graph --all --dot",
    "graph --all --mermaid",
  ],
  log: ["log", "log -n 500", "log :nasty", "log :held"],
  sync: ["sync"],
  watch: [],
  events: ["events --since 1970-01-01T00:00:00.000Z"],
  here: ["here", "here --all"],
  signal: ["signal :nasty --stuck --as bob", "signal path/nasty --as bob"],
  signals: ["signals", "signals :nasty", "signals path", "signals word/nasty"],
  "reactions check": ["reactions check"],
  "reactions test": ["reactions test --since 1970-01-01T00:00:00.000Z"],
  "reactions retry": ["reactions retry --all"],
  "reactions drop": ["reactions drop --all"],
  sign: [],
  "allowed-signers": ["allowed-signers"],
  doctor: ["doctor"],
  audit: ["audit", "audit --verbose", "audit --strict", "audit --annotations"],
  repair: ["repair --dry-run"],
  replay: ["replay", "replay --task :nasty", "replay --agent mallory"],
  why: ["why :nasty", "why :held", "why :done"],
  diff: ["diff :tip"],
  checkpoint: ["checkpoint --as bob"],
  ci: [],
  "hook install": [],
  "hook remove": [],
  "hook pre-receive": [],
  "guard install": [],
  "guard remove": [],
  "guard check": ["guard check nowhere/at/all --as bob"],
  help: ["help"],
};

interface Described {
  readonly name: string;
  readonly arguments: readonly { readonly required: boolean }[];
  readonly commands: readonly Described[];
}

/** Every command that does something, by the words that call it. */
async function commands(): Promise<ReadonlyMap<string, Described>> {
  const found = new Map<string, Described>();
  const walk = (command: Described, words: readonly string[]): void => {
    if (command.commands.length === 0) found.set(words.join(" "), command);
    for (const child of command.commands) walk(child, [...words, child.name]);
  };
  walk((await arena.cli.ok("help --json")).json.data.command as Described, []);
  return found;
}

const BOTH = ["text", "json"] as const;

async function expectClean(
  line: readonly string[],
  forms: readonly (typeof BOTH)[number][] = BOTH,
): Promise<void> {
  for (const form of forms) {
    const words = form === "text" ? line : [...line.slice(0, 2), "--json", ...line.slice(2)];
    const { out, err, code } = await arena.cli.run(words);
    expect([words, rawIn(out), rawIn(err)]).toEqual([words, undefined, undefined]);
    expect([words, code]).not.toEqual([words, 1]);
  }
}

describe("what somebody has written into a mound", () => {
  test("is in every text of every kind, and is accepted there", async () => {
    const synced = await arena.cli.ok("-C reader sync --json");
    expect(synced.json.data.accepted).toBeGreaterThan(5);
    const { json } = await arena.cli.ok(["-C", "reader", "task", "show", "zzzzzz1", "--json"]);
    expect(json.data.task.title).toBe(NASTY);
    // A text of a kind that is not in the attack is one that nobody looked at.
    const written = (await nastyCommits(arena)).texts;
    const all = KINDS.flatMap((kind) => freeTexts(kind).map((name) => `${kind.name} ${name}`));
    expect([...written].toSorted()).toEqual(all.toSorted());
    for (const name of Object.keys(CORPUS)) expect(NASTY).toContain(CORPUS[name]);
  });

  test("reaches no output raw, whichever command shows it", { timeout: 300_000 }, async () => {
    let count = 0;
    for (const words of (await commands()).keys()) {
      expect([words, LINES[words]]).toEqual([words, expect.any(Array)]);
      for (const line of LINES[words]!) {
        const typed = line.replaceAll(/:(\w+)/g, (whole, name: string) => task[name] ?? whole);
        const place = typed.startsWith("-C") ? [] : ["-C", "reader"];
        // As text and as JSON by turns; each line as both above a scale of 1.
        const forms = SCALE > 1 ? BOTH : [BOTH[count % 2]!];
        await expectClean([...place, ...typed.split(" ")], forms);
        count += 1;
      }
    }
  });

  test("nor does what is typed", { timeout: 300_000 }, async () => {
    const typed = NASTY.replaceAll("\u0000", "");
    const quiet = new Set(["init", "watch", "work", "clone", "publish"]);
    for (const [words, command] of await commands()) {
      if (command.arguments.length === 0 || quiet.has(words)) continue;
      const given = command.arguments.map(() => typed);
      await expectClean(["-C", "reader", "--as", "bob", ...words.split(" "), ...given]);
    }
    await expectClean(["-C", "reader", typed]);
    await expectClean(["-C", "reader", "status", `--${typed}`]);
    await expectClean(["-C", "reader", "claim", task["open"]!, "--as", typed]);
    await expectClean(["-C", "reader", "claim", task["open"]!, "--as", "bob", "--lease", typed]);
  });
});
