import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { addToAgent, must as mustRun, startAgent, stockKey, temporary } from "../keys/openssh.ts";
import { mound, type Place } from "../support/command.ts";
import { as, besieged, type Besieged, expectWell, throughDaemon } from "../support/besieged.ts";
import { countCommits, heldTasks } from "../support/site.ts";

/** The author and the committer of the newest commit. */
async function lastHands({ site }: Besieged): Promise<readonly string[]> {
  return (await git(site.origin, "log", "-1", "--format=%an %cn", "main")).trim().split(" ");
}

/** Everything on the line is accepted, by whoever looks. */
async function expectAccepted({ ant }: Besieged): Promise<void> {
  const status = await mound(ant, "status");
  expect(status).toMatchObject({ code: 0, json: { data: { line: { refused: 0 } } } });
}

async function idOf({ ant }: Besieged): Promise<string> {
  return (await git(join(ant.cwd, ".git"), "show", "refs/mound/line:.mound/id")).trim();
}

/** The file of an agent's key. */
async function keyFile(scene: Besieged, agent: string): Promise<string> {
  const { MOUND_CONFIG_HOME: config } = scene.ant.environment;
  return join(config!, "mound", "keys", await idOf(scene), agent);
}

/** Makes somebody a member whose key needs a person, or a program of theirs. */
async function joined(
  scene: Besieged,
  name: string,
  key: string,
  more: NodeJS.ProcessEnv,
): Promise<Place> {
  const place = as(scene.ant, name);
  const person = { ...place, environment: { ...place.environment, ...more } };
  expect(await mound(person, "join", "--key", key)).toMatchObject({ code: 0 });
  return person;
}

describe("a key that needs somebody: the command signs, the daemon orders", () => {
  test("in an ssh-agent", async () => {
    const scene = await besieged({ tasks: 3 });
    await expectWell(scene);
    const folder = temporary();
    const SSH_AUTH_SOCK = await startAgent(folder);
    addToAgent(SSH_AUTH_SOCK, stockKey(folder, "held"));
    const person = await joined(scene, "person", "ssh-agent", { SSH_AUTH_SOCK });
    const before = await countCommits(scene.site.origin);
    const ran = await mound(person, "claim", scene.site.tasks[0]!);
    expect(ran).toMatchObject({ code: 0, json: { data: { token: 1 } } });
    expect(throughDaemon(ran)).toBe(true);
    expect(await lastHands(scene)).toEqual(["person", "ant"]);
    expect(await countCommits(scene.site.origin)).toBe(before + 1);
    const done = await mound(person, "done", scene.site.tasks[0]!, "--result", "by hand");
    expect(done).toMatchObject({ code: 0, json: { data: { task: { status: "done" } } } });
    // Without their ssh-agent nobody signs for them, least of all the daemon.
    const without = await mound(as(scene.ant, "person"), "claim", scene.site.tasks[1]!);
    expect(without).toMatchObject({ code: 4, json: { error: { code: "key-unusable" } } });
    await expectAccepted(scene);
    await expectWell(scene);
  });

  test("with a passphrase", async () => {
    const scene = await besieged({ tasks: 3 });
    await expectWell(scene);
    const folder = temporary();
    const key = join(folder, "secret");
    mustRun("ssh-keygen", ["-q", "-t", "ed25519", "-N", "open sesame", "-f", key]);
    const askpass = join(folder, "askpass");
    writeFileSync(askpass, "#!/bin/sh\necho 'open sesame'\n", { mode: 0o755 });
    const more = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" };
    const person = await joined(scene, "person", key, more);
    const ran = await mound(person, "claim", scene.site.tasks[0]!);
    expect(ran).toMatchObject({ code: 0 });
    expect(throughDaemon(ran)).toBe(true);
    expect(await lastHands(scene)).toEqual(["person", "ant"]);
    // What is refused is refused by the line's own words, signed or not.
    const held = await mound(as(scene.ant, "bee"), "claim", scene.site.tasks[0]!);
    expect(held).toMatchObject({ code: 5, json: { error: { code: "held" } } });
    const taken = await mound(person, "claim", scene.site.tasks[2]!);
    expect(taken).toMatchObject({ code: 0 });
    await expectWell(scene);
  });

  test("and nobody else's key is at hand: the command goes on alone", async () => {
    const scene = await besieged({ tasks: 1 });
    const folder = temporary();
    const SSH_AUTH_SOCK = await startAgent(folder);
    addToAgent(SSH_AUTH_SOCK, stockKey(folder, "held"));
    const person = as(scene.ant, "person");
    const env = { ...person, environment: { ...person.environment, SSH_AUTH_SOCK } };
    expect(await mound(env, "join", "--key", "ssh-agent")).toMatchObject({ code: 0 });
    const ran = await mound(env, "claim", scene.site.tasks[0]!);
    expect(ran).toMatchObject({ code: 0 });
    expect(throughDaemon(ran)).toBe(false);
    expect(await lastHands(scene)).toEqual(["person", "person"]);
    await expectWell(scene);
  });

  test("a committer who is revoked orders no more: another one does", async () => {
    const scene = await besieged({ tasks: 3 });
    const folder = temporary();
    const SSH_AUTH_SOCK = await startAgent(folder);
    addToAgent(SSH_AUTH_SOCK, stockKey(folder, "held"));
    const person = await joined(scene, "person", "ssh-agent", { SSH_AUTH_SOCK });
    expect(await mound(as(scene.ant, "bee"), "claim", scene.site.tasks[0]!)).toMatchObject({
      code: 0,
    });
    await expectWell(scene);
    expect(await mound(as(scene.ant, "root"), "agent", "revoke", "bee")).toMatchObject({ code: 0 });
    const ran = await mound(person, "claim", scene.site.tasks[1]!);
    expect(ran).toMatchObject({ code: 0 });
    expect(throughDaemon(ran)).toBe(true);
    const [author, committer] = await lastHands(scene);
    expect(author).toBe("person");
    expect(["ant", "root"]).toContain(committer);
    await expectAccepted(scene);
    await expectWell(scene);
  });
});

describe("keys that come and go while the daemon runs", () => {
  test("rotated: the next command signs with the new one, through the daemon", async () => {
    const scene = await besieged({ tasks: 2 });
    await expectWell(scene);
    expect(await mound(scene.ant, "agent", "rotate")).toMatchObject({ code: 0 });
    const ran = await mound(scene.ant, "claim", scene.site.tasks[0]!);
    expect(ran).toMatchObject({ code: 0 });
    expect(throughDaemon(ran)).toBe(true);
    await expectAccepted(scene);
    await expectWell(scene);
  });

  test("taken away: it is refused by name, and served again once the key is back", async () => {
    const scene = await besieged({ tasks: 2 });
    const file = await keyFile(scene, "bee");
    renameSync(file, `${file}.away`);
    const bee = as(scene.ant, "bee");
    const missing = await mound(bee, "claim", scene.site.tasks[0]!);
    expect(missing).toMatchObject({ code: 4, json: { error: { code: "key-missing" } } });
    expect(await heldTasks(scene.site.origin)).toEqual([]);
    renameSync(`${file}.away`, file);
    expect(await mound(bee, "claim", scene.site.tasks[0]!)).toMatchObject({ code: 0 });
    await expectWell(scene);
  });

  test("revoked: its commands are refused, those of others are not", async () => {
    const scene = await besieged({ tasks: 3 });
    const bee = as(scene.ant, "bee");
    expect(await mound(bee, "claim", scene.site.tasks[0]!)).toMatchObject({ code: 0 });
    expect(await mound(as(scene.ant, "root"), "agent", "revoke", "bee")).toMatchObject({ code: 0 });
    const before = await countCommits(scene.site.origin);
    const refused = await mound(bee, "claim", scene.site.tasks[1]!);
    expect(refused).toMatchObject({ code: 4, json: { ok: false } });
    expect(await countCommits(scene.site.origin)).toBe(before);
    await expectWell(scene);
  });
});
