import { describe, expect, test } from "vitest";
import { foundedCli, type Cli } from "../support/cli.ts";

describe("membership", () => {
  test("a root revokes for good; who leaves may come back", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    await cli.ok("-C m join --as ant-3");
    expect(await cli.run("-C m agent revoke ant-3 --as ant-2 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "not-a-root" } },
    });
    await cli.ok("-C m agent revoke ant-2 --reason 'its key was copied' --as ant-1");
    const refused = await cli.run("-C m task add 'Too late' --as ant-2 --json");
    expect(refused).toMatchObject({ code: 4, json: { error: { code: "agent-revoked" } } });
    expect(await cli.run("-C m join --as ant-2 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "agent-revoked" } },
    });
    expect((await cli.ok("-C m leave --as ant-3")).out).toBe("ant-3 has left.\n");
    expect(await cli.run("-C m task add 'Gone' --as ant-3 --json")).toMatchObject({ code: 4 });
    await cli.ok("-C m join --as ant-3");
    const listed = await cli.ok("-C m agent list");
    expect(listed.out.split("\n").map((line) => line.split("  ").slice(0, 3).join(" "))).toEqual([
      "ant-1 root active",
      "ant-2 member revoked",
      "ant-3 member active",
      "",
    ]);
    const shown = await cli.ok("-C m agent show ant-2");
    expect(shown.out).toMatch(/^status +revoked since 2/m);
    expect(await cli.run("-C m agent show ant-9 --json")).toMatchObject({
      code: 3,
      json: { error: { code: "agent-unknown" } },
    });
    expect(await cli.run("-C m agent revoke ant-9 --as ant-1 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "not-a-member" } },
    });
    expect((await cli.run("-C m agent show 'No name'")).code).toBe(2);
  });

  test("whoami says what is held; the last root does not leave", async () => {
    const cli = await foundedCli();
    const { id } = (await cli.ok("-C m task add 'Fix it' --as ant-1 --json")).json.data.task;
    await cli.ok(`-C m claim ${id} --as ant-1`);
    const who = await cli.ok("-C m whoami --as ant-1");
    expect(who.out).toContain(`holds       ${id} until 2`);
    expect(await cli.run("-C m leave --as ant-1 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "config-invalid" } },
    });
    expect(await cli.run("-C m whoami")).toMatchObject({ code: 2 });
    expect(await cli.run("-C m whoami --as ant-9 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "key-missing" } },
    });
    expect(await cli.run("whoami --as ant-1 --json")).toMatchObject({
      code: 3,
      json: { error: { code: "not-in-a-mound" } },
    });
  });
});

describe("roots and settings", () => {
  test("with a threshold of two, both must sign", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const added = await cli.ok("-C m root add ant-2 --as ant-1 --json");
    expect(added.json.data.roots).toEqual(["ant-1", "ant-2"]);
    await cli.ok("-C m config set threshold 2 --as ant-1");
    const alone = await cli.run("-C m config set lease_max 4h --as ant-1 --json");
    expect(alone).toMatchObject({
      code: 4,
      json: { error: { code: "signers-too-few", details: { needed: 2, found: 1 } } },
    });
    expect(alone.json.error.fix).toContain("--with ROOT");
    await cli.ok("-C m config set lease_max 4h --as ant-1 --with ant-2");
    expect((await cli.ok("-C m config get lease_max")).out).toBe("4h\n");
    expect(await cli.run("-C m agent rotate --as ant-1 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "signers-too-few" } },
    });
    await cli.ok("-C m agent rotate --as ant-1 --with ant-2");
    expect(await cli.run("-C m root remove ant-2 --as ant-1 --with ant-2 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "config-invalid" } },
    });
    await cli.ok("-C m config set threshold 1 --as ant-2 --with ant-1");
    await cli.ok("-C m root remove ant-2 --as ant-1");
    expect(await cli.run("-C m root remove ant-2 --as ant-1 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "not-a-root" } },
    });
    expect(
      await cli.run("-C m config set lease_max 5h --as ant-1 --with ant-7 --json"),
    ).toMatchObject({ code: 4, json: { error: { code: "key-missing" } } });
    await expectAllAccepted(cli);
  });

  test("settings are shown one by one and together; what does not fit is refused", async () => {
    const cli = await foundedCli();
    const all = await cli.ok("-C m config --json");
    expect(all.json.data).toMatchObject({
      protocol: 1,
      roots: ["ant-1"],
      settings: { membership: "open", threshold: "1", lease_default: "1h" },
    });
    expect((await cli.ok("-C m config get")).out).toContain("lease_max: 8h\n");
    expect((await cli.ok("-C m config get lease-default")).out).toBe("1h\n");
    expect((await cli.ok("-C m config set lease_default 1h --as ant-1")).out).toContain(
      "Nothing to change",
    );
    expect(await cli.run("-C m config get colour")).toMatchObject({
      code: 2,
      err: expect.stringContaining("There are: name, membership"),
    });
    const set = await cli.ok("-C m config set lease-default 30m --as ant-1");
    expect(set.out).toBe("lease_default is 30m now.\n");
    for (const [key, value] of [
      ["lease_default", "soon"],
      ["lease_default", "9h"],
      ["threshold", "2"],
      ["membership", "closed"],
      ["claims_max", "many"],
    ]) {
      const refused = await cli.run(`-C m config set ${key} ${value} --as ant-1 --json`);
      expect({ key, refused }).toMatchObject({
        key,
        refused: { code: 4, json: { error: { code: "config-invalid" } } },
      });
    }
    await cli.ok("-C m join --as ant-2");
    expect(await cli.run("-C m config set name Mine --as ant-2 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "not-a-root" } },
    });
    expect(await cli.run("-C m root add ant-9 --as ant-1 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "not-a-member" } },
    });
    expect((await cli.run("-C m config change")).code).toBe(2);
  });
});

test("who makes a mound vouched learns where that shuts everybody out", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m join --as ant-2");
  const shut = await cli.ok("-C m config set membership vouched --as ant-1");
  expect(shut.err).toContain(
    "needs 2 vouches of members with a trust of 0.2 to join, and 1 member has it: for now nobody can join.",
  );
  await cli.ok("-C m vouch ant-2 --level high --reason met --as ant-1");
  expect((await cli.ok("-C m config set vouch_trust 0.3 --as ant-1")).err).not.toContain("nobody");
  expect((await cli.ok("-C m config set vouches 3 --as ant-1")).err).toContain("nobody can join");
  await cli.ok("-C m config set membership open --as ant-1");
  expect((await cli.ok("-C m config set vouches 4 --as ant-1")).err).not.toContain("nobody");
});

/** A fresh clone judges all of it, and refuses nothing. */
async function expectAllAccepted(cli: Cli): Promise<void> {
  const cloned = await cli.ok(`clone m checked --json`);
  expect(cloned.json.data.refused).toBe(0);
}
