import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prng } from "../../src/base/prng.ts";
import { live, restore } from "../support/random-life.ts";
import { mound } from "../support/command.ts";
import { added, expectAgreement, expectAudited, founded } from "../support/outsider-scene.ts";
import { outsider, VERIFY } from "../support/outsider.ts";
import { byTurns } from "../support/race.ts";
import { runsUpTo } from "../support/scale.ts";
import { cloneFor, foundSite, testFolder } from "../support/site.ts";
import { auctionTamperings } from "../support/auction-tamperings.ts";
import { grantTamperings } from "../support/grant-tamperings.ts";
import { signalTamperings } from "../support/signal-tamperings.ts";
import { reviewTamperings } from "../support/tampering-reviews.ts";
import { wordTamperings } from "../support/tampering-vouches.ts";
import { tamperings } from "../support/tamperings.ts";
import { Vandal } from "../support/vandal.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("the outsider's check", () => {
  test("takes a good mound: several agents, rotation, revocation, takeover, review, cancellation", async () => {
    const scribe = await founded();
    const [one, two, three] = [
      await added(scribe, { review: "required" }),
      await added(scribe),
      await added(scribe),
    ];
    await scribe.must("ant-1", { type: "claim", task: one });
    await scribe.must("ant-1", {
      type: "renew",
      task: one,
      progress: { percent: 40, note: 'half: "way"' },
    });
    const next = scribe.made("ant-1, second");
    await scribe.must("ant-1", { type: "rotate", key: next.key }, [next]);
    scribe.signers.set("ant-1", next);
    await scribe.must("ant-1", {
      type: "finish",
      task: one,
      outcome: "done",
      result: "two\nlines",
    });
    await scribe.must("root", { type: "review", task: one, accept: false, reason: "not yet" });
    await scribe.must("ant-2", { type: "claim", task: one, lease: MINUTE });
    scribe.now += HOUR;
    await scribe.must("ant-1", { type: "claim", task: one });
    await scribe.must("ant-1", { type: "finish", task: one, outcome: "done" });
    await scribe.must("root", { type: "review", task: one, accept: true });
    await scribe.must("ant-2", { type: "claim", task: two });
    await scribe.must("root", { type: "cancel", task: two });
    await scribe.must("ant-2", { type: "claim", task: three });
    await scribe.must("root", {
      type: "end-membership",
      agent: "ant-2",
      status: "revoked",
    });
    await scribe.must("root", { type: "configure", set: { key: "skew", value: "5m" } });
    await scribe.must("root", { type: "configure", addRoot: "ant-1" });
    const checked = await expectAgreement(scribe);
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.summary).toMatch(/5 claims, 1 takeovers/);
    for (const shell of ["bash", "dash"])
      expect((await outsider(scribe.gitDir, { shell })).out).toBe(checked.out);
  });

  const ways: readonly (readonly [string, typeof tamperings | typeof reviewTamperings])[] = [
    ["with a task", tamperings],
    ["with signals", signalTamperings],
    ["with vouches", wordTamperings],
    ["with reviews", reviewTamperings],
    ["with auctions", auctionTamperings],
    ["with grants", grantTamperings],
  ];
  test.each(byTurns(ways))(
    "names the commit of each tampering %s, and goes on after it",
    async (_, way) => {
      const scribe = await founded();
      const task = await added(scribe);
      await scribe.must("ant-1", { type: "claim", task });
      for (const [rule, tamper] of Object.entries(await way(scribe, task))) {
        scribe.now += 1_000;
        const verdict = await scribe.write(await tamper());
        expect([rule, verdict.accepted ? "accepted" : verdict.fault.rule]).toEqual([
          rule,
          rule.split(" ")[0],
        ]);
        await restore(scribe);
      }
      await scribe.must("ant-1", { type: "finish", task, outcome: "done" });
      const checked = await expectAgreement(scribe);
      for (const { oid, verdict } of scribe.verdicts) {
        if (!verdict.accepted)
          expect(checked.refused.get(oid)).toMatch(
            new RegExp(`^${verdict.fault.rule} .*\\(repaired\\)$`),
          );
      }
      // All of it was undone: it is told, and no longer fails the check.
      expect(checked.code).toBe(0);
      expect(await outsider(scribe.gitDir, { options: ["--strict"] })).toMatchObject({ code: 6 });
    },
  );

  test("fails while the tree holds what was refused", async () => {
    const scribe = await founded();
    const verdict = await scribe.write({ author: "ant-1", files: { "mound.yaml": "mine\n" } });
    expect(verdict.accepted).toBe(false);
    const checked = await expectAgreement(scribe);
    expect(checked.code).toBe(6);
    expect([...checked.refused.values()].join()).not.toContain("repaired");
  });

  test("refuses a merge, a second root in it, and odd names, and prints nothing that a terminal obeys", async () => {
    const scribe = await founded();
    const git = (...args: string[]): string =>
      execFileSync("git", ["--git-dir", scribe.gitDir, ...args], {
        encoding: "utf8",
        ...(args[0] === "hash-object" ? { input: "\u001b[31m" } : {}),
        env: {
          ...process.env,
          GIT_AUTHOR_NAME: "\u001b[2J$(touch x)",
          GIT_AUTHOR_EMAIL: "",
          GIT_COMMITTER_NAME: "`id`",
          GIT_COMMITTER_EMAIL: "",
        },
      }).trim();
    const blob = git("hash-object", "-w", "--stdin");
    const names = [
      "\u001b[31mred",
      "a\tb",
      "a\nC deadbeef",
      "$(touch x)",
      "`id`",
      "-rf",
      "'\"",
      "\u202e",
      "é",
    ];
    for (const name of names) {
      const tree = execFileSync("git", ["--git-dir", scribe.gitDir, "mktree", "-z"], {
        input: `${git("ls-tree", "-z", "main")
          .split("\0")
          .filter((line) => line !== "")
          .concat(`100644 blob ${blob}\t${name}`)
          .join("\0")}\0`,
        encoding: "utf8",
      }).trim();
      await scribe.take(git("commit-tree", tree, "-p", scribe.tip!, "-m", name) as never);
    }
    const root = git("commit-tree", git("rev-parse", "main^{tree}"), "-m", "another root");
    await scribe.take(
      git(
        "commit-tree",
        git("rev-parse", "main^{tree}"),
        "-p",
        scribe.tip!,
        "-p",
        root,
        "-m",
        "merge",
      ) as never,
    );
    const link = execFileSync("git", ["--git-dir", scribe.gitDir, "mktree"], {
      input: `120000 blob ${blob}\tagents\n`,
      encoding: "utf8",
    }).trim();
    await scribe.take(git("commit-tree", link, "-p", scribe.tip!, "-m", "all gone") as never);
    const checked = await expectAgreement(scribe);
    expect(checked.code).toBe(6);
    expect(checked.out).toMatch(/^[\n -~]*$/);
  });

  test("a random life, with strangers in it, is judged as the judge does", async () => {
    const { numRuns, seed = Date.now() % 1_000_000 } = runsUpTo(1, 2);
    for (let run = 0; run < numRuns; run += 1) {
      const scribe = await founded();
      await live(scribe, prng(seed + run), 120);
      console.info(`seed ${seed + run}: ${scribe.verdicts.length} commits`);
      await expectAgreement(scribe);
    }
  }, 120_000);

  test("leaves to the audit what it says it leaves: trailers, fields that it does not read", async () => {
    const scribe = await founded();
    const task = await added(scribe);
    const made = await scribe.decided("ant-1", { type: "claim", task });
    const verdict = await scribe.write({ ...made!, message: "claim\n\nAgent: ant-2\n" });
    expect(verdict).toMatchObject({ accepted: false, fault: { rule: "LN6" } });
    expect(await outsider(scribe.gitDir)).toMatchObject({ code: 0, refused: new Map() });
    expect(readFileSync(VERIFY, "utf8")).toMatch(
      /leaves to `mound audit`: the trailers of messages \(LN6\)/,
    );
  });

  test("says when it cannot check: a shallow clone, no such revision, another mound", async () => {
    const scribe = await founded();
    await added(scribe);
    const folder = await testFolder();
    execFileSync(
      "git",
      ["clone", "--quiet", "--depth=1", `file://${scribe.gitDir}`, join(folder, "short")],
      { stdio: "ignore" },
    );
    expect(await outsider(join(folder, "short"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("shallow"),
    });
    expect(await outsider(scribe.gitDir, { options: ["nothing"] })).toMatchObject({ code: 1 });
    expect(await outsider(scribe.gitDir, { options: ["--frob"] })).toMatchObject({ code: 2 });
    expect(
      await outsider(scribe.gitDir, { options: ["--id", scribe.id.slice(0, 16)] }),
    ).toMatchObject({ code: 0 });
    expect(await outsider(scribe.gitDir, { options: ["--id", "0".repeat(16)] })).toMatchObject({
      code: 6,
    });
  });

  test("takes what `mound repair` and `mound checkpoint` commit, as the audit does", async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 2 });
    const ant = await cloneFor(site, "ant");
    const vandal = await Vandal.at(site);
    const folder = `tasks/${site.tasks[0]!.slice(0, 2)}/${site.tasks[0]!}`;
    await vandal.push([
      { path: `${folder}/task.yaml`, gone: true },
      { path: `${folder}/task.yaml/a`, text: "1\n" },
      { path: `${folder}/task.yaml/b/c`, text: "2\n" },
      { path: "README.md", mode: "100755", text: "mine\n" },
      { path: "agents/mod", submodule: "1".repeat(40) },
      { path: "a\nC b/c", text: "3\n" },
      { path: "\u001b[2J", text: "4\n" },
      { path: "tasks/back\\slash", text: "5\n" },
      { path: "a/b/c/d/e/f/g/h/i/j", text: "6\n" },
    ]);
    await vandal.pushListing((tree) =>
      tree.replace(
        /^100644 (.*)\tmound.yaml$/m,
        "100664 $1\tmound.yaml\n100644 $1\tx.yaml\n100644 $1\tx.yaml",
      ),
    );
    const junk = (_: unknown, at: number) => ({ path: `junk/${at % 7}/${at}`, text: "7\n" });
    await vandal.push(Array.from({ length: 300 }, junk));
    expect(await expectAudited(site.origin)).toMatchObject({ code: 6 });
    expect(await mound(ant, "repair")).toMatchObject({ code: 0 });
    expect(await mound(ant, "checkpoint")).toMatchObject({ code: 0 });
    expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    expect(await mound(ant, "checkpoint")).toMatchObject({ code: 0 });
    const checked = await expectAudited(site.origin);
    expect(checked.code).toBe(0);
    expect(checked.refused.size).toBe(3);
  });

  test("asks for nothing but what every machine with git and ssh has", () => {
    const words = execFileSync("sed", ["-e", "s/#.*//", VERIFY], { encoding: "utf8" });
    expect(words).not.toMatch(/\b(eval|node|python|perl|jq|mapfile|declare|local)\b/);
  });
});
