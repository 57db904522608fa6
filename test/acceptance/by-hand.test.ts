import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound } from "../support/command.ts";
import { namedBlock } from "../support/document.ts";
import { startDaemon } from "../support/live.ts";
import { Machine } from "../support/shell.ts";
import { cloneFor, foundSite } from "../support/site.ts";
import { until } from "../support/until.ts";

/** What the README lets somebody type who has git, and nothing of Mound. */
function byHand(...names: readonly string[]): string {
  return names.map((name) => namedBlock("README.md", `git-alone/${name}`)).join("\n");
}

test("what somebody pushes with git alone is told and reacted to; what is not legal is refused", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 2 });
  const [task, other] = site.tasks as [string, string];
  const place = await cloneFor(site, "ant");
  const heard = join(site.dir, "heard");
  await mkdir(join(site.dir, "config/mound"), { recursive: true });
  await writeFile(
    join(site.dir, "config/mound/reactions.yaml"),
    `reactions:
  - name: hear
    on: ["*"]
    run: [sh, -c, "cat >> '${heard}'; echo >> '${heard}'"]
`,
  );
  const daemon = await startDaemon(place);

  using outsider = new Machine({ withMound: false });
  const key = join(outsider.home, "key");
  const env = { ORIGIN: site.origin, ME: "by-hand", KEY: key, TASK: task };
  const life = await outsider.run(
    `ssh-keygen -q -t ed25519 -N '' -f "$KEY"\n${byHand("clone", "words", "join", "claim", "done")}`,
    { env },
  );
  expect(life).toMatchObject({ code: 0 });
  await until("the end of the task", () => types(daemon.lines).includes("task.done"));

  // Another's task is changed, and the push goes through: the origin is plain git.
  const vandal = await outsider.run(
    `sed -i 's/^title: .*/title: mine/' tasks/${other.slice(0, 2)}/${other}/task.yaml
git commit --quiet -S -a -m "take over ${other}"
git push --quiet origin HEAD`,
    { env, cwd: join(outsider.folder, "by-hand") },
  );
  expect(vandal).toMatchObject({ code: 0 });
  const refused = await git(site.origin, "rev-parse", "main");
  await until("the refusal", () => types(daemon.lines).includes("change.refused"));

  const lines = daemon.lines.slice(1);
  expect(lines).toMatchObject([
    { type: "agent.joined", agent: "by-hand" },
    { type: "task.claimed", task, agent: "by-hand", token: 1 },
    { type: "task.done", task, agent: "by-hand", text: "written with an editor" },
    { type: "change.refused", commit: refused, actor: "by-hand", rule: expect.any(String) },
  ]);
  const reacted = await until("the last reaction", async () => {
    const all = (await readFile(heard, "utf8")).split("\n").filter((line) => line !== "");
    return all.length === lines.length && all.map((line) => JSON.parse(line) as { id: string });
  });
  expect(new Set(reacted.map(({ id }) => id))).toEqual(new Set(lines.map(({ id }) => id)));

  // The line goes on over it, and the task is what it was.
  expect(await mound(place, "claim", other)).toMatchObject({ code: 0 });
  const shown = await mound(place, "task", "show", other);
  expect(shown.json?.data?.task).toMatchObject({ title: "task 2", status: "claimed" });
  expect(await daemon.stop()).toMatchObject({ code: 0 });
});

function types(lines: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return lines.map(({ type }) => type);
}
