import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, type Place } from "../support/command.ts";
import { environmentIn, testFolder } from "../support/site.ts";

/** A repository of code with an origin, and the clones of it that two people have. */
async function code() {
  const dir = await testFolder();
  const environment = environmentIn(dir);
  await mkdir(join(dir, "home"));
  const origin = join(dir, "code.git");
  await git(origin, "init", "--quiet", "--bare", "--initial-branch=trunk", origin);
  const clone = async (name: string): Promise<string> => {
    const path = join(dir, name);
    await promisify(execFile)("git", ["clone", "--quiet", origin, path]);
    await inside(path, "config", "user.name", name);
    await inside(path, "config", "user.email", `${name}@example.invalid`);
    return path;
  };
  const left = await clone("left");
  await writeFile(join(left, "main.c"), "int main(void) { return 0; }\n");
  await inside(left, "add", "main.c");
  await inside(left, "commit", "--quiet", "-m", "begin");
  await inside(left, "push", "--quiet", "origin", "HEAD:trunk");
  return { origin, environment, left, right: await clone("right") };
}

async function inside(path: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", path, ...args]);
  return stdout.trimEnd();
}

test("a mound beside code: two clones work with each other, and the code's status stays clean", async () => {
  const { origin, environment, left, right } = await code();
  const trunk = await git(origin, "rev-parse", "trunk");
  const ant: Place = { cwd: left, environment: { ...environment, MOUND_AGENT: "ant" } };
  // The commands run where people are: in the folder of the code, or below it.
  await mkdir(join(right, "deep"));
  const bee: Place = {
    cwd: join(right, "deep"),
    environment: { ...environment, MOUND_AGENT: "bee" },
  };
  expect(await mound(ant, "init", "--in", ".")).toMatchObject({ code: 0 });
  expect(await mound(bee, "clone", "--in", right)).toMatchObject({ code: 0 });
  expect(await mound(bee, "join")).toMatchObject({ code: 0 });
  const tasks: string[] = [];
  for (const title of ["free the memory", "close the file"]) {
    const added = await mound(ant, "task", "add", title);
    expect(added).toMatchObject({ code: 0 });
    tasks.push(added.json!.data!.task.id);
  }

  expect(await mound(ant, "claim", tasks[0]!)).toMatchObject({ code: 0 });
  expect(await mound(bee, "claim", tasks[0]!)).toMatchObject({
    code: 5,
    json: { error: { code: "held" } },
  });
  expect(await mound(bee, "claim", tasks[1]!)).toMatchObject({ code: 0 });
  expect(await mound(ant, "done", tasks[0]!, "--ref", trunk)).toMatchObject({ code: 0 });
  expect(await mound(bee, "sync")).toMatchObject({ code: 0 });

  expect(await readdir(join(right, ".mound"))).toContain("mound.yaml");
  for (const clone of [left, right]) {
    expect(await inside(clone, "status", "--porcelain")).toBe("");
    expect(await inside(clone, "branch", "--format=%(refname:short)")).toBe("trunk");
  }
  // The line is an orphan: nothing of the code is in it, and the code has not moved.
  expect(await git(origin, "rev-parse", "trunk")).toBe(trunk);
  expect(await git(origin, "rev-list", "--max-parents=0", "--count", "trunk", "mound")).toBe("2");
  expect(await git(origin, "ls-tree", "--name-only", "mound")).not.toContain("main.c");
  expect((await git(origin, "log", "--format=%an", "mound")).split("\n")).toEqual([
    "ant",
    "bee",
    "ant",
    "ant",
    "ant",
    "bee",
    "ant",
  ]);
});
