import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, startMound } from "../support/command.ts";
import { cloneFor, foundSite } from "../support/site.ts";
import { until } from "../support/until.ts";

test("the built command audits a tampered mound with its threads' and git's help, into files of every kind", async () => {
  const site = await foundSite({ agents: ["ant-1"], tasks: 2 });
  const place = await cloneFor(site, "ant-1");
  expect((await mound(place, "audit")).code).toBe(0);
  const vandal = join(site.dir, "vandal");
  await git(site.origin, "clone", "--quiet", site.origin, vandal);
  const by = ["-c", "user.name=<b>\u202e", "-c", "user.email=x"];
  const work = join(vandal, ".git");
  const commit = ["commit", "--quiet", "--allow-empty", "-m", "::error::x"];
  await git(work, ...by, ...commit);
  await git(work, "push", "--quiet", "origin", "HEAD:main");
  const files = ["sarif", "junit", "html", "summary"].flatMap((name) => [
    `--${name}`,
    `out/${name}`,
  ]);
  const ran = await mound(place, "audit", "--annotations", ...files);
  // An empty commit leaves nothing behind: it is told, and fails nothing.
  expect([ran.code, ran.json?.ok]).toEqual([0, true]);
  const strict = await mound(place, "audit", "--strict", "--annotations", ...files);
  expect(strict.code).toBe(6);
  expect(strict.stderr).toMatch(/^::error title=LN9 commit-empty::The commit changes nothing\./m);
  const out = join(place.cwd, "out");
  expect((await readdir(out)).toSorted()).toEqual(["html", "junit", "sarif", "summary"]);
  for (const name of await readdir(out)) {
    const text = await readFile(join(out, name), "utf8");
    expect([name, text.includes("LN9"), text.includes("\u202e")]).toEqual([name, true, false]);
  }
});

test("an audit that is interrupted says so and leaves nothing half written", async () => {
  const site = await foundSite({ agents: ["ant-1"], tasks: 2 });
  const place = await cloneFor(site, "ant-1");
  // A git whose log never comes, for as long as whoever asked for it is there.
  const shim = join(site.dir, "shim");
  const real = (await promisify(execFile)("which", ["git"])).stdout.trim();
  await mkdir(shim);
  await writeFile(
    join(shim, "git"),
    `#!/bin/sh\ncase " $* " in\n*" --raw "*) touch ${shim}/asked; exec tail -f --pid=$PPID /dev/null;;\nesac\nexec ${real} "$@"\n`,
    { mode: 0o755 },
  );
  const environment = { ...place.environment, PATH: `${shim}:${place.environment["PATH"]}` };
  const { child, ended } = startMound({ ...place, environment }, ["audit"]);
  await until("the log is asked for", () => existsSync(join(shim, "asked")));
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 130, json: { error: { code: "interrupted" } } });
  const kept = await readdir(join(place.cwd, ".git/mound/cache"));
  expect(kept.filter((name) => name.includes("audit"))).toEqual([]);
  expect((await mound(place, "audit")).code).toBe(0);
});
