import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createOrigin } from "../../src/git/clone.ts";
import { embeddedRemote } from "../../src/git/embedded.ts";
import { freezeOrigin, frozenTo, thawOrigin } from "../../src/git/freeze.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { gitText } from "../../src/git/run.ts";
import type { Oid } from "../../src/protocol/ids.ts";

async function origin() {
  const folder = mkdtempSync(join(tmpdir(), "mound-test-freeze-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gitDir = join(folder, "origin.git");
  await createOrigin(gitDir, "main");
  const objects = gitObjects({ gitDir, durable: true });
  onTestFinished(() => objects.close());
  const commits: Oid[] = [];
  for (const message of ["one", "two", "three"]) {
    const tree = (await gitText(["mktree"], { gitDir, input: "" })).trim();
    const parent = commits.length === 0 ? [] : ["-p", commits.at(-1)!];
    const who = ["-c", "user.name=x", "-c", "user.email=x@x"];
    commits.push(
      (
        await gitText([...who, "commit-tree", tree, ...parent, "-m", message], { gitDir })
      ).trim() as Oid,
    );
  }
  return { gitDir, commits };
}

test("a frozen origin refuses the move of its ref and names where the mound has gone", async () => {
  const { gitDir, commits } = await origin();
  const remote = embeddedRemote(gitDir, "main");
  const [one, two] = commits as [Oid, Oid];
  expect(await remote.push(one, undefined)).toEqual({ kind: "done" });
  const url = "https://example.invalid/it's/plan.git";
  await freezeOrigin(gitDir, "main", url);
  expect(await frozenTo(gitDir)).toBe(url);
  const refused = await remote.push(two, one);
  expect(refused).toMatchObject({ kind: "failed", fault: { code: "remote-refused" } });
  expect(JSON.stringify(refused)).toContain(`this mound has moved to ${url}`);
  expect(await remote.fetch()).toEqual({ ok: true, value: one });
  await thawOrigin(gitDir);
  expect(await remote.push(two, one)).toEqual({ kind: "done" });
});

test("when a freeze has returned, the branch has moved for the last time", async () => {
  const { gitDir, commits } = await origin();
  const [one, two, three] = commits as [Oid, Oid, Oid];
  const remote = embeddedRemote(gitDir, "main");
  await remote.push(one, undefined);
  // Moves that race with the freeze: each has ended before it returns, or is refused.
  const racing = [
    embeddedRemote(gitDir, "main").push(two, one),
    embeddedRemote(gitDir, "main").push(three, two),
  ];
  await freezeOrigin(gitDir, "main", "elsewhere");
  const atFreeze = await remote.fetch();
  const outcomes = await Promise.all(racing);
  expect(await remote.fetch()).toEqual(atFreeze);
  const moved = outcomes.filter((outcome) => outcome.kind === "done").length;
  expect(atFreeze).toEqual({ ok: true, value: commits[moved] });
});
