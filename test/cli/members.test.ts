import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stockKey, temporary } from "../keys/openssh.ts";
import { foundedCli, testCli, type Cli } from "../support/cli.ts";

describe("mound join", () => {
  test("makes a member with a key of its own; again it only changes what is said anew", async () => {
    const cli = await foundedCli();
    const joined = await cli.ok(
      "-C m join --as ant-2 --can typescript --can review --name 'The second' --json",
    );
    expect(joined.json.data).toMatchObject({
      already: false,
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      agent: {
        id: "ant-2",
        name: "The second",
        role: "member",
        status: "active",
        skills: ["typescript", "review"],
        operator: null,
      },
    });
    expect(statSync(cli.keyFile("ant-2")).mode & 0o777).toBe(0o600);
    const again = await cli.ok("-C m join --as ant-2 --json");
    expect(again.json.data).toMatchObject({ already: true, commit: null });
    const changed = await cli.ok("-C m join --as ant-2 --can rust --json");
    expect(changed.json.data).toMatchObject({
      already: false,
      agent: { skills: ["rust"], name: "The second", key: joined.json.data.agent.key },
    });
    expect((await cli.ok("-C m join --as ant-3")).out).toBe(
      "ant-3 is a member now, in the mound m.\n",
    );
  });

  test("a name that another machine has taken is refused, and no key stays behind", async () => {
    const cli = await foundedCli();
    const other = cli.as("elsewhere");
    await cli.ok("clone m far");
    await cli.ok("-C m join --as ant-2");
    const refused = await other.run("-C far join --as ant-2 --json");
    expect(refused).toMatchObject({ code: 4, json: { error: { code: "agent-exists" } } });
    expect(keysOf(other)).toEqual([]);
    // A retry with a key of the user's own is not tripped up either.
    const key = stockKey(temporary(), "mine");
    expect(await other.run(["-C", "far", "join", "--as", "ant-2", "--key", key])).toMatchObject({
      code: 4,
    });
    await other.ok(["-C", "far", "join", "--as", "ant-3", "--key", key]);
    const taken = await other.run(["-C", "far", "join", "--as", "ant-4", "--key", key, "--json"]);
    expect(taken).toMatchObject({ code: 4, json: { error: { code: "key-taken" } } });
    expect(keysOf(other)).toEqual(["ant-3.ref"]);
  });

  test("where membership is by invitation: the fingerprint is shown, and after an invite join simply works", async () => {
    const cli = testCli();
    await cli.ok("init m --as ant-1 --membership invited");
    await cli.ok("clone m far");
    const guest = cli.as("guest");
    const refused = await guest.run("-C far join --as ant-2 --json");
    expect(refused).toMatchObject({ code: 4, json: { error: { code: "not-invited" } } });
    const { fingerprint } = refused.json.error.details;
    expect(refused.json.error.message).toContain(fingerprint);
    expect(refused.json.error.fix).toBe(`Ask a root to run: mound invite ${fingerprint}`);
    const who = await guest.ok("-C far whoami --as ant-2 --json");
    expect(who.json).toMatchObject({
      data: { member: false, agent: { status: "none", fingerprint } },
    });
    expect(who.json.next).toEqual([`mound invite ${fingerprint}`, "mound join --as ant-2"]);
    expect(await guest.run("-C far join --as ant-2 --json")).toMatchObject({
      code: 4,
      json: { error: { details: { fingerprint } } },
    });
    await cli.ok(["-C", "m", "invite", fingerprint, "--note", "the guest", "--as", "ant-1"]);
    expect((await cli.ok(["-C", "m", "invite", fingerprint, "--as", "ant-1"])).out).toContain(
      "was invited already",
    );
    const joined = await guest.ok("-C far join --as ant-2 --json");
    expect(joined.json.data.agent).toMatchObject({ fingerprint, status: "active" });
    expect(
      await guest.run([
        "-C",
        "far",
        "invite",
        fingerprint.replace(/.$/, (last: string) => (last === "A" ? "Q" : "A")),
        "--as",
        "ant-2",
        "--json",
      ]),
    ).toMatchObject({
      code: 4,
      json: { error: { code: "not-a-root" } },
    });
  });

  test("an invite takes a key line or a public key file as well, and nothing else", async () => {
    const cli = testCli();
    await cli.ok("init m --as ant-1 --membership invited");
    const folder = temporary();
    const [one, two] = [stockKey(folder, "one"), stockKey(folder, "two")];
    await cli.ok(["-C", "m", "invite", `${one}.pub`, "--as", "ant-1"]);
    await cli.ok([
      "-C",
      "m",
      "invite",
      ...readFileSync(`${two}.pub`, "utf8").trim().split(" "),
      "--as",
      "ant-1",
    ]);
    await cli.ok(["-C", "m", "join", "--as", "ant-2", "--key", one]);
    await cli.ok(["-C", "m", "join", "--as", "ant-3", "--key", two]);
    const rsa = stockKey(folder, "rsa", ["-t", "rsa", "-b", "2048"]);
    for (const wrong of ["SHA256:short", "nowhere.pub", `${rsa}.pub`, one]) {
      const refused = await cli.run(["-C", "m", "invite", wrong, "--as", "ant-1"]);
      expect({ wrong, refused }).toMatchObject({
        wrong,
        refused: { code: 2, err: expect.stringContaining("ssh-keygen -lf") },
      });
    }
  });

  test("an operator signs where its key is; elsewhere a note says that it has not", async () => {
    const cli = await foundedCli();
    const here = await cli.ok("-C m join --as ant-2 --operator ant-1 --json");
    expect(here.json.data.agent.operator).toEqual({ agent: "ant-1", signed: true });
    await cli.ok("clone m far");
    const other = cli.as("elsewhere");
    const there = await other.ok("-C far join --as ant-3 --operator ant-1 --json");
    expect(there.json.data.agent.operator).toEqual({ agent: "ant-1", signed: false });
    expect(there.err).toContain("The operator ant-1 counts only once it has signed too");
    // Once the operator's key is here as well, the same command makes it count.
    const id = cli.read("m", ".mound", "id").trim();
    writeFileSync(
      join(other.config, "mound/keys", id, "ant-1"),
      readFileSync(cli.keyFile("ant-1")),
      { mode: 0o600 },
    );
    const signed = await other.ok("-C far join --as ant-3 --json");
    expect(signed.json.data).toMatchObject({
      already: false,
      agent: { operator: { agent: "ant-1", signed: true } },
    });
    // A new key does not lose the operator.
    const rotated = await cli.ok("-C m agent rotate --as ant-2 --json");
    expect(rotated.json.data.agent.operator).toEqual({ agent: "ant-1", signed: true });
  });

  test("a key that cannot be used is named, and nothing stays behind", async () => {
    const cli = await foundedCli();
    const folder = temporary();
    const exposed = stockKey(folder, "exposed");
    chmodSync(exposed, 0o644);
    const rsa = stockKey(folder, "rsa", ["-t", "rsa", "-b", "2048"]);
    const faults: [string, string][] = [
      [exposed, "key-exposed"],
      [rsa, "key-unusable"],
      [`${exposed}.pub`, "key-unusable"],
      [join(folder, "absent"), "key-missing"],
      ["ssh-agent", "key-unusable"],
    ];
    for (const [key, fault] of faults) {
      const refused = await cli.run(["-C", "m", "join", "--as", "ant-2", "--key", key, "--json"]);
      expect({ key, refused }).toMatchObject({
        key,
        refused: { code: 4, json: { error: { code: fault } } },
      });
    }
    await cli.ok("-C m join --as ant-2");
    const stranger = await cli.run("-C m leave --as ant-9 --json");
    expect(stranger).toMatchObject({
      code: 4,
      json: { error: { code: "key-missing", fix: "mound join --as ant-9" } },
    });
  });
});

/** The files in a user's key store, whatever the mound. */
function keysOf(cli: Cli): readonly string[] {
  const keys = join(cli.config, "mound/keys");
  return readdirSync(keys).flatMap((id) => readdirSync(join(keys, id)));
}
