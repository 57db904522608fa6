import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { prng } from "../../src/base/prng.ts";
import { live, restore } from "../support/random-life.ts";
import { outsider, VERIFY, type Checked } from "../support/outsider.ts";
import { runs } from "../support/scale.ts";
import { Scribe } from "../support/scribe.ts";
import { testFolder } from "../support/site.ts";
import { tamperings } from "../support/tamperings.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
async function founded(): Promise<Scribe> {
  const scribe = new Scribe(join(await testFolder(), "mound.git"));
  onTestFinished(() => scribe.close());
  const key = scribe.signer("root").key;
  const files = { "README.md": "# plan\n", ".mound/id": "x\n" };
  await scribe.must("root", { type: "init", name: "test", key, membership: "open", files });
  for (const agent of ["ant-1", "ant-2"])
    await scribe.must(agent, { type: "join", key: scribe.signer(agent).key });
  return scribe;
}

async function added(scribe: Scribe, more: object = {}): Promise<string> {
  const answer = await scribe.must("root", { type: "add", tasks: [{ title: "work", ...more }] });
  return answer.tasks[0]!;
}

/** The same commits are taken and refused as by the judge. */
async function expectAgreement(scribe: Scribe): Promise<Checked> {
  const checked = await outsider(scribe.gitDir);
  expect(checked.err).toBe("");
  const judged = scribe.verdicts.map(({ oid, verdict }) => [
    oid,
    verdict.accepted ? "accepted" : "refused",
    verdict.accepted ? "" : verdict.fault.rule,
  ]);
  const found = scribe.verdicts.map(({ oid }, at) => {
    const said = checked.refused.get(oid);
    return [oid, said === undefined ? "accepted" : "refused", judged[at]![2]];
  });
  expect(found).toEqual(judged);
  const refused = judged.filter(([, verdict]) => verdict === "refused").length;
  expect(checked.refused.size).toBe(refused);
  expect(checked.summary).toContain(
    `${judged.length} commits, ${judged.length - refused} accepted, ${refused} refused`,
  );
  expect(checked.summary).toContain(`mound ${scribe.id} at ${scribe.tip}`);
  expect(checked.code).toBe(audited(scribe));
  const strict = await outsider(scribe.gitDir, { options: ["--strict"] });
  expect(strict.code).toBe(audited(scribe, "--strict"));
  return checked;
}

/** The exit code of `mound audit` on the same repository. */
function audited(scribe: Scribe, ...options: readonly string[]): number | null {
  const program = join(import.meta.dirname, "../../dist/audit.mjs");
  const args = [program, "--git-dir", scribe.gitDir, "--branch", "main", "--no-cache", ...options];
  return spawnSync(process.execPath, args, { stdio: "ignore" }).status;
}

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

  test("names the first commit that each tampering is refused for, and goes on after it", async () => {
    const scribe = await founded();
    const task = await added(scribe);
    await scribe.must("ant-1", { type: "claim", task });
    for (const [rule, tamper] of Object.entries(tamperings(scribe, task))) {
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
  });

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
    const { numRuns, seed = Date.now() % 1_000_000 } = runs(2);
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

  test("asks for nothing but what every machine with git and ssh has", () => {
    const words = execFileSync("sed", ["-e", "s/#.*//", VERIFY], { encoding: "utf8" });
    expect(words).not.toMatch(/\b(eval|node|python|perl|jq|mapfile|declare|local)\b/);
  });
});
