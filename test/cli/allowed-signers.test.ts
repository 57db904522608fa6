import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { must, stockKey, stockVerifies, temporary } from "../keys/openssh.ts";
import { withTask } from "../support/cli-task.ts";
import { type Cli, foundedCli } from "../support/cli.ts";

describe("mound allowed-signers", () => {
  test("stock ssh-keygen and git find every record and every commit good, whoever signed when", async () => {
    const { cli, id } = await withTask();
    const mine = stockKey(temporary(), "mine");
    await cli.ok(["-C", "m", "join", "--as", "ant-2", "--key", mine, "--operator", "ant-1"]);
    await cli.ok(`-C m claim ${id} --as ant-2`);
    await cli.ok("-C m agent rotate --as ant-1");
    await cli.ok("-C m agent rotate --as ant-2");
    await cli.ok(`-C m done ${id} --result good --as ant-2`);
    await cli.ok("-C m agent revoke ant-2 --as ant-1");
    const printed = await cli.ok("-C m allowed-signers");
    const mound = cli.read("m", ".mound", "id").trim();
    expect(
      printed.out
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/ ssh-ed25519 .*$/, "")),
    ).toEqual([
      expect.stringMatching(
        new RegExp(
          `^ant-1 namespaces="git,record@${mound},genesis@mound",valid-before="\\d{14}Z"$`,
        ),
      ),
      `ant-1 namespaces="git,record@${mound},genesis@mound"`,
      expect.stringMatching(
        new RegExp(`^ant-2 namespaces="git,record@${mound}",valid-before="\\d{14}Z"$`),
      ),
      expect.stringMatching(/valid-before/),
    ]);
    const file = cli.write("signers", printed.out);
    expect(verifyHistory(cli, file)).toBeGreaterThan(10);
    const written = await cli.ok("-C m allowed-signers --write --json");
    expect(written.json.data.file).toBe(cli.path("m/.git/mound/allowed_signers"));
    expect(cli.read("m/.git/mound/allowed_signers")).toBe(printed.out);
    const marks = cli
      .git("m", "log", "--show-signature", "--format=%G? %GS %an")
      .split("\n")
      .filter((line) => /^\w /.test(line));
    expect(marks).toHaveLength(8);
    for (const mark of marks) expect(mark).toMatch(/^G (\S+) \1$/);
    // Long after, the old keys count for what is old only.
    const [line = ""] = printed.out.split("\n");
    const key = line.slice(line.indexOf("ssh-ed25519"));
    const armor = must(
      "ssh-keygen",
      ["-Y", "sign", "-n", "git", "-f", `${cli.keyFile("ant-1")}.old`],
      "late",
    );
    expect(stockVerifies(key, Buffer.from("late"), "git", armor)).toBe(true);
    writeFileSync(cli.path("late.sig"), armor);
    const late = [
      "-Y",
      "verify",
      "-f",
      file,
      "-I",
      "ant-1",
      "-n",
      "git",
      "-s",
      cli.path("late.sig"),
      "-O",
      "verify-time=20991231000000Z",
    ];
    expect(() => must("ssh-keygen", late, "late")).toThrow(/expired|Could not verify/i);
  });

  test("a fresh clone has the file, and it stays fresh", async () => {
    const cli = await foundedCli();
    await cli.ok("clone m other");
    await cli.ok("-C m join --as ant-2");
    await cli.ok("-C other sync");
    for (const clone of ["m", "other"]) {
      expect(cli.read(clone, ".git/mound/allowed_signers")).toContain("ant-2 namespaces=");
      expect(cli.git(clone, "log", "--format=%G?").trim().split("\n")).toEqual(["G", "G"]);
    }
    // Whoever does not want it removes it.
    must("rm", [cli.path("other/.git/mound/allowed_signers")]);
    await cli.ok("-C other join --as ant-3");
    expect(existsSync(cli.path("other/.git/mound/allowed_signers"))).toBe(false);
  });
});

/** Verifies each signature of each record that any commit brought, at its own time; answers how many. */
function verifyHistory(cli: Cli, allowed: string): number {
  const mound = cli.read("m", ".mound", "id").trim();
  let count = 0;
  for (const commit of cli.git("m", "rev-list", "refs/mound/line").trim().split("\n")) {
    const paths = cli
      .git(
        "m",
        "diff-tree",
        "--root",
        "-r",
        "--no-commit-id",
        "--name-only",
        "--diff-filter=AM",
        commit,
      )
      .trim()
      .split("\n");
    for (const path of paths.filter((each) => /^(mound\.yaml|agents|tasks)/.test(each))) {
      const [body = "", ...armors] = cli
        .git("m", "show", `${commit}:${path}`)
        .split("---\n-----BEGIN");
      const at = /^at: (.*)$/m.exec(body)![1]!.slice(0, 19).replace(/[-:T]/g, "");
      const genesis = path === "mound.yaml" && !body.includes("\nseen: ");
      for (const armor of armors) {
        const signature = cli.write("signature", `-----BEGIN${armor}`);
        const time = ["-O", `verify-time=${at}Z`];
        const who = must("ssh-keygen", [
          "-Y",
          "find-principals",
          "-f",
          allowed,
          "-s",
          signature,
          ...time,
        ]).trim();
        const namespace = genesis ? "genesis@mound" : `record@${mound}`;
        const said = must(
          "ssh-keygen",
          ["-Y", "verify", "-f", allowed, "-I", who, "-n", namespace, "-s", signature, ...time],
          body,
        );
        expect(said).toMatch(/^Good /);
        count += 1;
      }
    }
  }
  return count;
}
