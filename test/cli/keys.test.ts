import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { addToAgent, must, startAgent, stockKey, temporary } from "../keys/openssh.ts";
import { foundedCli, type Cli } from "../support/cli.ts";

describe("keys of the user's own", () => {
  test("an encrypted key signs through ssh-keygen and its askpass; without the passphrase nothing happens", async () => {
    const cli = await foundedCli();
    const folder = temporary();
    const key = join(folder, "secret");
    must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "open sesame", "-f", key]);
    const askpass = join(folder, "askpass");
    const env = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" };
    writeFileSync(askpass, "#!/bin/sh\necho wrong\n", { mode: 0o755 });
    const refused = await cli.run(["-C", "m", "join", "--as", "ant-2", "--key", key, "--json"], {
      env,
    });
    expect(refused).toMatchObject({ code: 4, json: { error: { code: "key-unusable" } } });
    writeFileSync(askpass, "#!/bin/sh\necho 'open sesame'\n", { mode: 0o755 });
    await cli.ok(["-C", "m", "join", "--as", "ant-2", "--key", key], { env });
    const added = await cli.ok("-C m task add 'By a locked key' --as ant-2 --json", { env });
    expect(added.json.data.task.creator).toBe("ant-2");
    await expectAllAccepted(cli);
  });

  test("a key in the ssh-agent signs; several there must be told apart", async () => {
    const cli = await foundedCli();
    const folder = temporary();
    const env = { SSH_AUTH_SOCK: await startAgent(folder) };
    addToAgent(env.SSH_AUTH_SOCK, stockKey(folder, "one"));
    await cli.ok("-C m join --as ant-2 --key ssh-agent", { env });
    const two = stockKey(folder, "two");
    addToAgent(env.SSH_AUTH_SOCK, two);
    const which = await cli.run("-C m agent rotate --as ant-2 --key ssh-agent --json", { env });
    expect(which).toMatchObject({ code: 2, json: { error: { code: "key-ambiguous" } } });
    const print = must("ssh-keygen", ["-lf", `${two}.pub`]).split(" ")[1]!;
    const rotated = await cli.ok(
      ["-C", "m", "agent", "rotate", "--as", "ant-2", "--key", `ssh-agent:${print}`, "--json"],
      { env },
    );
    expect(rotated.json.data.agent.fingerprint).toBe(print);
    await cli.ok("-C m task add 'By the agent' --as ant-2", { env });
    const gone = await cli.run("-C m task add 'No agent' --as ant-2 --json");
    expect(gone).toMatchObject({ code: 4, json: { error: { code: "key-unusable" } } });
  });
});

describe("mound agent rotate", () => {
  test("the new key signs and the old one no longer does; a root's rotation keeps it a root", async () => {
    const cli = await foundedCli();
    const before = (await cli.ok("-C m whoami --as ant-1 --json")).json.data.agent;
    const rotated = (await cli.ok("-C m agent rotate --as ant-1 --json")).json.data.agent;
    expect(rotated.key).not.toBe(before.key);
    expect(rotated).toMatchObject({
      role: "root",
      keys: [{ key: before.key }, { key: rotated.key }],
    });
    await cli.ok("-C m config set lease_default 30m --as ant-1");
    // The old key, put back: nobody takes it.
    renameSync(cli.keyFile("ant-1"), `${cli.keyFile("ant-1")}.kept`);
    renameSync(`${cli.keyFile("ant-1")}.old`, cli.keyFile("ant-1"));
    const refused = await cli.run("-C m config set lease_default 20m --as ant-1 --json");
    expect(refused).toMatchObject({
      code: 4,
      json: { error: { code: "key-replaced", details: { fingerprint: rotated.fingerprint } } },
    });
    const who = await cli.ok("-C m whoami --as ant-1 --json");
    expect(who.json.data).toMatchObject({ key_here: false });
    expect(who.err).toContain("is not on this machine");
    await expectAllAccepted(cli);
  });

  test("a crash before the push, and one after it, are mended by the next command", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const path = cli.keyFile("ant-2");
    const first = readFileSync(path);
    // Before: a key is staged, and the line knows nothing of it.
    const staged = stockKey(temporary(), "staged");
    writeFileSync(`${path}.next`, readFileSync(staged), { mode: 0o600 });
    await cli.ok("-C m task add 'Between' --as ant-2");
    expect(readFileSync(path)).toEqual(first);
    const rotated = await cli.ok("-C m agent rotate --as ant-2 --json");
    expect(rotated.json.data.agent.key).toBe(
      readFileSync(`${staged}.pub`, "utf8").split(" ").slice(0, 2).join(" "),
    );
    // After: the line has the new key, and the store still the old one in its place.
    renameSync(path, `${path}.next`);
    writeFileSync(path, first, { mode: 0o600 });
    await cli.ok("-C m task add 'After' --as ant-2");
    expect(existsSync(`${path}.next`)).toBe(false);
    expect(readFileSync(path)).toEqual(readFileSync(staged));
  });

  test("the same for a key that is adopted, by the next rotation", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const path = cli.keyFile("ant-2");
    const first = readFileSync(path);
    const mine = stockKey(temporary(), "mine");
    await cli.ok(["-C", "m", "agent", "rotate", "--as", "ant-2", "--key", mine]);
    expect(existsSync(path)).toBe(false);
    renameSync(`${path}.ref`, `${path}.next.ref`);
    writeFileSync(path, first, { mode: 0o600 });
    const rotated = await cli.ok("-C m agent rotate --as ant-2 --json");
    expect(rotated.json.data.agent.keys).toHaveLength(3);
    await cli.ok("-C m task add 'Works' --as ant-2");
  });

  test("a key that is refused is not kept for the next try", async () => {
    const cli = await foundedCli();
    const mine = stockKey(temporary(), "mine");
    await cli.ok(["-C", "m", "join", "--as", "ant-2", "--key", mine]);
    const taken = await cli.run([
      "-C",
      "m",
      "agent",
      "rotate",
      "--as",
      "ant-1",
      "--key",
      mine,
      "--json",
    ]);
    expect(taken).toMatchObject({ code: 4, json: { error: { code: "key-taken" } } });
    const same = await cli.run(["-C", "m", "agent", "rotate", "--as", "ant-2", "--key", mine]);
    expect(same).toMatchObject({ code: 2, err: expect.stringContaining("already") });
    await cli.ok("-C m agent rotate --as ant-1");
    await cli.ok("-C m task add 'Works' --as ant-1");
  });
});

/** A fresh clone judges all of it, and refuses nothing. */
async function expectAllAccepted(cli: Cli): Promise<void> {
  const cloned = await cli.ok(`clone m checked --json`);
  expect(cloned.json.data.refused).toBe(0);
}
