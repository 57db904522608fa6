import { expect, test } from "vitest";
import { testCli } from "../support/cli.ts";

test("overlapping paths are refused with who, until when, which and what to do; shared ones are not", async () => {
  const cli = testCli();
  await cli.ok("init m --as ant-1");
  await cli.ok("-C m join --as ant-2");
  const add = async (options: string): Promise<string> =>
    (await cli.ok(`-C m task add Work ${options} --as ant-1 --json`)).json.data.task.id as string;
  const one = await add("--paths src/auth --paths docs/*.md");
  const two = await add("--paths src/*/login.ts");
  const free = await add("--paths lib");
  await cli.ok(`-C m claim ${one} --as ant-1`);
  const refused = await cli.run(`-C m claim ${two} --as ant-2`);
  expect(refused.code).toBe(5);
  expect(refused.err).toContain(
    `The task ${two} touches src/*/login.ts, which overlaps src/auth of ${one} (both cover src/auth/login.ts): ant-1 holds that until 20`,
  );
  expect(refused.err).toContain(`mound claim ${free}`);
  expect((await cli.run(`-C m claim ${two} --as ant-1 --json`)).json.error).toMatchObject({
    code: "paths-overlap",
    retryable: true,
    details: { task: two, other: one, by: "ant-1", glob: "src/*/login.ts", theirs: "src/auth" },
  });
  expect((await cli.ok("-C m next --as ant-2 --json")).out).not.toContain(two);
  // What is claimed is not made shared any more: nobody is sent to ask for it.
  expect((await cli.run(`-C m task edit ${one} --shared --as ant-1`)).code).toBe(4);
  expect(refused.err).toContain("only tasks that were both made --shared before they were claimed");

  await cli.ok(`-C m release ${one} --as ant-1`);
  for (const id of [one, two]) await cli.ok(`-C m task edit ${id} --shared --as ant-1`);
  const shown = await cli.ok(`-C m task show ${one}`);
  expect(shown.out).toContain("Paths: src/auth, docs/*.md (shared with tasks that say so too)");
  await cli.ok(`-C m claim ${one} --as ant-1`);
  await cli.ok(`-C m claim ${two} --as ant-2`);
  await cli.ok(`-C m release ${two} --as ant-2`);
  await cli.ok(`-C m task edit ${two} --no-shared --as ant-1`);
  expect((await cli.ok(`-C m task show ${two} --json`)).json.data.task.shared).toBe(false);
  expect((await cli.run(`-C m claim ${two} --as ant-2`)).code).toBe(5);
});

test("sharing may be imported, as text and as JSON, and wished for in a draft", async () => {
  const cli = testCli();
  await cli.ok("init m --as ant-1");
  const inputs = [
    "- {title: A, paths: [src], shared: true}\n- {title: B, paths: [src]}\n",
    '{"title":"A","paths":["src"],"shared":true}\n{"title":"B","paths":["src"]}\n',
  ];
  for (const input of inputs) {
    const { json } = await cli.ok("-C m task import - --as ant-1 --json", { input });
    const shared = json.data.tasks.map((task: { shared: boolean }) => task.shared);
    expect(shared).toEqual([true, false]);
    const no = input.replace("true", "false");
    const refused = await cli.run("-C m task import - --as ant-1", { input: no });
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("`shared` must be")]);
  }
  cli.write("m/drafts/share.yaml", "kind: task\ntitle: C\npaths: src\nshared: true\n");
  await cli.ok("-C m submit --as ant-1");
  const { json } = await cli.ok("-C m task list --json");
  const drafted = json.data.tasks.find((task: { title: string }) => task.title === "C");
  expect(drafted.shared).toBe(true);
});
