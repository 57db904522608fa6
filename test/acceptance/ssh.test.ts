import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, type Place } from "../support/command.ts";
import { expectVerified } from "../support/race.ts";
import { countCommits, foundSite, type Site, testFolder } from "../support/site.ts";
import { type SshShim, sshShim } from "../support/ssh-shim.ts";

/** A clone that was made by the command, over ssh. */
async function open(): Promise<{ site: Site; shim: SshShim; ant: Place; url: string }> {
  const site = await foundSite({ agents: ["ant"], tasks: 1 });
  const shim = await sshShim(await testFolder());
  const url = `ssh://ant@mound.invalid${site.origin}`;
  const environment = { ...site.environment, ...shim.environment, MOUND_AGENT: "ant" };
  const cloned = await mound({ cwd: site.dir, environment }, "clone", url, "ant");
  expect(cloned).toMatchObject({ code: 0 });
  return { site, shim, ant: { cwd: join(site.dir, "ant"), environment }, url };
}

test("clone, claim and done over ssh", async () => {
  const { site, shim, ant, url } = await open();
  expect(await git(join(ant.cwd, ".git"), "config", "remote.origin.url")).toBe(url);
  expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  expect(await mound(ant, "done", site.tasks[0]!)).toMatchObject({ code: 0 });
  expect(await mound(ant, "sync")).toMatchObject({ code: 0 });
  expect(await countCommits(site.origin)).toBe(site.founding + 2);
  await expectVerified(site, "check");

  const calls = (await shim.calls()).map((call) => call.split(" ")[0]);
  expect(calls.filter((call) => call === "git-receive-pack")).toHaveLength(2);
  expect(calls).toContain("git-upload-pack");
});

test("an ssh that refuses: exit 7 with its words, and nothing changed", async () => {
  const { site, ant } = await open();
  const refusing = "echo 'ant@mound.invalid: Permission denied (publickey).' >&2; exit 255 #";
  const shut = { ...ant, environment: { ...ant.environment, GIT_SSH_COMMAND: refusing } };
  const ran = await mound(shut, "claim", site.tasks[0]!);
  expect(ran).toMatchObject({ code: 7, json: { error: { code: "remote-refused" } } });
  expect(ran.json?.error?.message).toContain("Permission denied (publickey)");
  expect(await countCommits(site.origin)).toBe(site.founding);
});
