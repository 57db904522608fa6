import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { must } from "../keys/openssh.ts";
import { withTask } from "../support/cli-task.ts";
import { type Cli, foundedCli } from "../support/cli.ts";

const HEAD = "kind: claim\nagent: ant-1\n";

/** What is wrong, the file, the line that is named, and words of the sentence. */
const BAD_YAML: readonly (readonly [string, string | Uint8Array, number, RegExp])[] = [
  ["a duplicate key", `${HEAD}agent: ant-2\n`, 3, /`agent` is there twice/],
  ["an alias", `${HEAD}task: *other\n`, 3, /alias/i],
  ["an anchor", `${HEAD}task: &this k3f9qz7\n`, 3, /anchors, aliases, tags/],
  ["a tag", `${HEAD}token: !!int 1\n`, 3, /tag/i],
  ["a merge key", `${HEAD}<<: x\n`, 3, /merge keys/],
  ["a tab", `${HEAD}task:\tk3f9qz7\n`, 3, /a tab/],
  [
    "conflict markers",
    `${HEAD}<<<<<<< ours\ntoken: 1\n=======\ntoken: 2\n>>>>>>> theirs\n`,
    3,
    /conflict markers/,
  ],
  ["a byte order mark", `\uFEFF${HEAD}`, 1, /byte order mark/],
  ["carriage returns", HEAD.replaceAll("\n", "\r\n"), 1, /carriage returns/],
  ["a control character", `${HEAD}task: \u0007\n`, 3, /control character/],
  [
    "bytes that are no UTF-8",
    Buffer.concat([Buffer.from(HEAD), Buffer.from([0xff, 0x0a])]),
    1,
    /not valid UTF-8/,
  ],
  ["a nested map", `${HEAD}task:\n  id: k3f9qz7\n`, 4, /must be a text or a list of texts/],
  ["no newline at the end", HEAD.trimEnd(), 1, /does not end in a newline/],
  ["something else after the body", `${HEAD}---\nmore: 1\n`, 3, /not a signature/],
  ["a list instead of a map", "- kind\n- claim\n", 1, /not a map/],
  ["nothing", "", 1, /no body/],
];

describe("mound sign", () => {
  test("a claim written by hand: checked, signed, committed by stock git, and accepted", async () => {
    const { cli, folder, id } = await withTask();
    const path = `${folder}/claim.lock`;
    cli.write(`m/${path}`, claimBody(cli, id));
    const signed = await cli.ok(`sign ${path} --as ant-1 --json`, { cwd: "m" });
    expect(signed.json.data).toMatchObject({
      path,
      kind: "claim",
      agent: "ant-1",
      signers: [{ agent: "ant-1" }],
      filled: [],
    });
    expect(readdirSync(cli.path("m", folder)).toSorted()).toEqual(["claim.lock", "task.yaml"]);
    commitAs(cli, "ant-1", path);
    cli.git("m", "push", "--quiet", "origin", "main");
    await cli.ok("-C m sync");
    const task = await cli.ok(`-C m task show ${id} --json`);
    expect(task.json.data.task).toMatchObject({
      status: "claimed",
      claim: { agent: "ant-1", token: 1 },
    });
    // What landed is not signed a second time.
    const again = await cli.run(`-C m sign ${path} --as ant-1 --json`);
    expect(again).toMatchObject({ code: 4, json: { error: { code: "nonce-used" } } });
  });

  test("what is missing is not filled in silently: fresh values are shown to paste in", async () => {
    const { cli, folder, id } = await withTask();
    const path = `m/${folder}/claim.lock`;
    const body = claimBody(cli, id, ["at", "seen", "nonce"]);
    cli.write(path, body);
    const refused = await cli.run(`-C m sign ${folder}/claim.lock --as ant-1 --json`);
    expect(refused).toMatchObject({ code: 2, json: { error: { code: "fields-missing" } } });
    const { lines } = refused.json.error.details as { lines: string[] };
    expect(lines.map((line) => line.split(": ")[0])).toEqual(["at", "seen", "nonce"]);
    expect(lines[1]).toBe(`seen: ${cli.git("m", "rev-parse", "refs/mound/line").trim()}`);
    for (const line of lines) expect(refused.json.error.message).toContain(line);
    expect(cli.read(path)).toBe(body);
    cli.write(path, `${body}${lines.join("\n")}\n`);
    await cli.ok(`-C m sign ${folder}/claim.lock --as ant-1`);
  });

  test("--fill adds the missing lines, and leaves every other byte as it was", async () => {
    const { cli, folder, id } = await withTask();
    const path = `m/${folder}/claim.lock`;
    const body = `# by hand\n${claimBody(cli, id, ["seen", "nonce"])}x-note:   "kept  as it is"   # and this\n`;
    cli.write(path, body);
    const filled = await cli.ok(`-C m sign ${folder}/claim.lock --fill --as ant-1 --json`);
    expect(filled.json.data.filled).toEqual([
      expect.stringMatching(/^seen: [0-9a-f]{40}$/),
      expect.stringMatching(/^nonce: [0-9a-hjkmnp-tv-z]{16}$/),
    ]);
    const text = cli.read(path);
    expect(text.startsWith(`${body}${filled.json.data.filled.join("\n")}\n---\n`)).toBe(true);
    // Signed again, the signature is replaced and not a second one.
    await cli.ok(`-C m sign ${folder}/claim.lock --fill --as ant-1`);
    expect(cli.read(path)).toBe(text);
  });

  test("bad YAML is refused with its line, and left as it was", async () => {
    const { cli, folder } = await withoutTask();
    const path = `${folder}/claim.lock`;
    for (const [what, content, line, words] of BAD_YAML) {
      cli.write(`m/${path}`, content);
      const refused = await cli.run(`-C m sign ${path} --fill --as ant-1 --json`);
      expect({ what, refused }).toMatchObject({
        what,
        refused: { code: 2, json: { error: { code: "record-malformed", details: { line } } } },
      });
      expect(refused.json.error.message).toMatch(words);
      expect(refused.json.error.message).toContain(`claim.lock, line ${line}: `);
      expect(readFileSync(cli.path("m", path))).toEqual(Buffer.from(content));
    }
  });

  test("a record that the judge would refuse for itself is refused, and nothing is written", async () => {
    const { cli, folder, id } = await withTask();
    const path = `${folder}/claim.lock`;
    const body = claimBody(cli, id);
    const wrong: [string, string, number, string][] = [
      [path, body.replace("kind: claim", "kind: clam"), 2, "kind-unknown"],
      [path, body.replace("token: 1", "token: one"), 2, "field-invalid"],
      [path, `${body}colour: red\n`, 2, "field-invalid"],
      [path, body.replace(/task: .*\n/, ""), 2, "field-invalid"],
      [`${folder}/claim.yaml`, body, 4, "path-wrong"],
      [path, body.replace(/seen: .*/, `seen: ${"0".repeat(40)}`), 4, "seen-unknown"],
      [path, body.replace(/\nat: .*/, "\nat: 2020-01-01T00:00:00.000Z"), 4, "clock-skew"],
      [path, `${body}x-long: "${"a".repeat(16_384)}"\n`, 2, "record-too-large"],
      [path, `${body}x-long: "${"a".repeat(2_000_000)}"\n`, 2, "record-too-large"],
    ];
    for (const [at, text, code, fault] of wrong) {
      cli.write(`m/${at}`, text);
      const refused = await cli.run(`-C m sign ${at} --as ant-1 --json`);
      expect(refused).toMatchObject({ code, json: { error: { code: fault } } });
      expect(cli.read(`m/${at}`)).toBe(text);
    }
    const misplaced = await cli.run(`-C m sign ${folder}/claim.yaml --as ant-1 --json`);
    expect(misplaced.json.error.fix).toContain(path);
  });

  test("files that are no records of this mound", async () => {
    const { cli } = await withoutTask();
    cli.write("outside.yaml", "kind: claim\n");
    expect(await cli.run("-C m sign ../outside.yaml --as ant-1")).toMatchObject({
      code: 2,
      err: expect.stringContaining("is not in the mound's folder"),
    });
    expect(await cli.run("-C m sign nowhere --as ant-1")).toMatchObject({
      code: 2,
      err: expect.stringContaining("There is no file"),
    });
    expect(await cli.run("-C m sign README.md --as ant-1")).toMatchObject({
      code: 2,
      err: expect.stringContaining("carries no signature of its own"),
    });
    expect(await cli.run("-C m sign mound.yaml --as ant-9 --json")).toMatchObject({
      code: 4,
      json: { error: { code: "key-missing" } },
    });
  });

  test("several sign one record, in order of key; one that the body no longer fits stops it", async () => {
    const { cli } = await withTask();
    await cli.ok("-C m join --as ant-2");
    await cli.ok("-C m join --as ant-3");
    const path = "agents/ant-2/agent.yaml";
    const body = `${cli
      .read("m", path)
      .split("---\n")[0]!
      .replace(/(at|seen|nonce): .*\n/g, "")}operator: ant-3\n`;
    cli.write(`m/${path}`, body);
    await cli.ok(`-C m sign ${path} --fill --as ant-2`);
    const second = await cli.ok(`-C m sign ${path} --as ant-3 --json`);
    const { signers } = second.json.data as { signers: { agent: string; key: string }[] };
    expect(signers.map((signer) => signer.key)).toEqual(
      signers.map((signer) => signer.key).toSorted(),
    );
    expect(signers.map((signer) => signer.agent).toSorted()).toEqual(["ant-2", "ant-3"]);
    expect(second.err).toContain("The record is by ant-2");
    commitAs(cli, "ant-2", path);
    cli.git("m", "push", "--quiet", "origin", "main");
    await cli.ok("-C m sync");
    const shown = await cli.ok("-C m agent show ant-2 --json");
    expect(shown.json.data.agent.operator).toEqual({ agent: "ant-3", signed: true });
    const edited = cli
      .read("m", path)
      .replace("operator: ant-3", "operator: ant-1")
      .replace(/nonce: .*/, "nonce: 0123456789abcdef")
      .replace(/\nat: .*/, `\nat: ${new Date().toISOString()}`);
    cli.write(`m/${path}`, edited);
    const stale = await cli.run(`-C m sign ${path} --as ant-2 --json`);
    expect(stale).toMatchObject({
      code: 4,
      json: { error: { code: "signature-stale", details: { by: "ant-3" } } },
    });
    expect(cli.read("m", path)).toBe(edited);
  });
});

/** A mound without a task, where only the reading of one file is looked at. */
async function withoutTask(): Promise<{ cli: Cli; folder: string }> {
  const cli = await foundedCli();
  return { cli, folder: "tasks/k3/k3f9qz7" };
}

function claimBody(cli: Cli, id: string, without: readonly string[] = []): string {
  const now = Date.now();
  const fields = {
    kind: "claim",
    task: id,
    agent: "ant-1",
    token: "1",
    at: new Date(now).toISOString(),
    until: new Date(now + 600_000).toISOString(),
    seen: cli.git("m", "rev-parse", "HEAD").trim(),
    nonce: must("sh", [
      "-c",
      "head -c 10 /dev/urandom | base32 | tr 'A-Z2-7' '0-9a-hjkmnp-tv-z'",
    ]).trim(),
  };
  return Object.entries(fields)
    .flatMap(([name, value]) => (without.includes(name) ? [] : [`${name}: ${value}\n`]))
    .join("");
}

function commitAs(cli: Cli, agent: string, path: string): void {
  cli.git("m", "add", path);
  const settings = [
    `user.name=${agent}`,
    `user.email=${agent}@mound.invalid`,
    `user.signingkey=${cli.keyFile(agent)}`,
  ];
  cli.git(
    "m",
    ...settings.flatMap((setting) => ["-c", setting]),
    "commit",
    "--quiet",
    "-S",
    "-m",
    "By hand",
  );
}
