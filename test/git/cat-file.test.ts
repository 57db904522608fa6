import { execFile } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { catFile } from "../../src/git/cat-file.ts";
import { GitError } from "../../src/git/fault.ts";
import { writeLoose } from "../../src/git/loose.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { blob } from "../contract/build.ts";
import { bareRepository, clone, folder, program, setEnvironment, SRC } from "./scratch.ts";

const run = promisify(execFile);

function open(gitDir: string, mode: "--batch" | "--batch-check" = "--batch", maxBytes = 1_000) {
  const made = catFile({ gitDir, mode, maxBytes });
  onTestFinished(() => made.close());
  return made;
}

describe("catFile", () => {
  test("requests that overlap are answered in order", async () => {
    const { gitDir, objects } = await clone();
    const blobs = Array.from({ length: 90 }, (_, index) => blob(`number ${index}`));
    await objects.write(blobs);
    const asked = open(gitDir);
    const groups = [blobs.slice(0, 50), blobs.slice(50, 51), [], blobs.slice(51)];
    const answers = await Promise.all(
      groups.map((group) => asked.ask(group.map(({ oid }) => oid))),
    );
    expect(answers.flat().map((one) => Buffer.from(one?.bytes ?? []).toString())).toEqual(
      blobs.map((_, index) => `number ${index}`),
    );
  });

  test("content over the limit is cut, and the size is the true one", async () => {
    const { gitDir, objects } = await clone();
    const large = blob("x".repeat(200_000));
    await objects.write([large, blob("small")]);
    const [first, second] = await open(gitDir).ask([large.oid, blob("small").oid]);
    expect(first).toMatchObject({ size: 200_000 });
    expect(first?.bytes).toHaveLength(1_000);
    expect(Buffer.from(second?.bytes ?? []).toString()).toBe("small");
  });

  test("a process that dies is replaced, and what it had not answered is asked again", async () => {
    const { gitDir, objects } = await clone();
    const one = blob("one");
    await objects.write([one]);
    // A git that dies at its first start, after its first answer.
    const path = await folder();
    const log = join(path, "starts");
    const real = (await run("sh", ["-c", "command -v git"])).stdout.trim();
    const dying = `read oid; printf '%s blob 3\\none\\n' "$oid"; exit 1`;
    const script = `#!/bin/sh\necho start >> ${log}\n[ $(wc -l < ${log}) -gt 1 ] && exec ${real} "$@"\n${dying}\n`;
    await writeFile(join(path, "git"), script);
    await chmod(join(path, "git"), 0o755);
    setEnvironment({ PATH: path + delimiter + process.env["PATH"] });
    const asked = open(gitDir);
    const answers = await Promise.all([
      asked.ask([one.oid]),
      asked.ask([one.oid, one.oid]),
      asked.ask([one.oid]),
    ]);
    expect(answers.flat().map((found) => found?.size)).toEqual([3, 3, 3, 3]);
    expect((await readFile(log, "utf8")).trim().split("\n")).toHaveLength(2);
  });

  test("a damaged object never has content, and the next request is answered", async () => {
    const { gitDir, objects } = await clone();
    const [good, bad] = [blob("good"), blob("bad")];
    await objects.write([good, bad]);
    const file = join(gitDir, "objects", bad.oid.slice(0, 2), bad.oid.slice(2));
    await chmod(file, 0o644);
    await writeFile(file, (await readFile(file)).subarray(0, 5));
    const asked = open(gitDir);
    // Some versions of git call it missing, others give up: both is said of this request only.
    const [first, after] = await Promise.all([
      asked
        .ask([bad.oid])
        .catch((thrown: unknown) => (thrown instanceof GitError ? [undefined] : thrown)),
      asked.ask([good.oid]),
    ]);
    expect(first).toEqual([undefined]);
    expect(after[0]?.size).toBe(4);
  });

  test("without git on the PATH the fault says so", async () => {
    const gitDir = await bareRepository();
    setEnvironment({ PATH: await folder() });
    const error = await open(gitDir)
      .ask(["1".repeat(40) as Oid])
      .catch((thrown: unknown) => thrown);
    expect((error as GitError).fault).toEqual({ code: "git-missing" });
  });

  test("an idle process keeps nobody alive, one that is asked does", async () => {
    const { gitDir } = await clone();
    const one = blob("one");
    await writeLoose(gitDir, [one]);
    const source = `
      import { catFile } from ${JSON.stringify(join(SRC, "git/cat-file.ts"))};
      const asked = catFile({ gitDir: ${JSON.stringify(gitDir)}, mode: "--batch", maxBytes: 100 });
      const [first] = await asked.ask([${JSON.stringify(one.oid)}]);
      const [second] = await asked.ask([${JSON.stringify(one.oid)}]);
      console.log(first.size + second.size);`;
    const file = await program(source, await folder());
    const { stdout } = await run(process.execPath, [file], { timeout: 20_000 });
    expect(stdout).toBe("6\n");
  });
});
