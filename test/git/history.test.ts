import { execFileSync } from "node:child_process";
import { rm, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitHistory } from "../../src/git/history.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { type Built, commit } from "../contract/build.ts";
import { clone, folder, setEnvironment } from "./scratch.ts";

async function line(length: number) {
  const made = await clone();
  const built: Built[] = [];
  for (let index = 0; index < length; index += 1) {
    const parent = built.at(-1);
    built.push(
      commit(
        { b: `${index}`, a: `${index}` },
        parent === undefined ? [] : [parent.oid],
        `${index}`,
      ),
    );
  }
  await made.objects.write(built.flatMap(({ objects }) => objects));
  return { ...made, built, tip: built.at(-1)!.oid };
}

describe("gitHistory", () => {
  test("a person's settings change nothing", async () => {
    const { history, tip } = await line(3);
    const plain = await collect(history.commits(undefined, tip, 100));
    const home = await folder();
    await writeFile(join(home, "order"), "b\na\n");
    const settings = `[diff]\n orderFile = ${join(home, "order")}\n renames = copies\n relative = true\n ignoreSubmodules = all
      \n[log]\n showSignature = true\n decorate = full\n showRoot = false\n diffMerges = separate\n[color]\n ui = always
      \n[core]\n quotePath = true\n abbrev = 7\n[format]\n pretty = fuller\n`;
    await writeFile(join(home, "config"), settings);
    setEnvironment({ GIT_CONFIG_GLOBAL: join(home, "config") });
    expect(await collect(history.commits(undefined, tip, 100))).toEqual(plain);
    expect(plain.map(({ changes }) => changes.map(({ path }) => path))).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  test("replace refs and grafts do not show other bytes", async () => {
    const { gitDir, history, refs, objects, built, tip } = await line(2);
    const fake = commit({ a: "fake" }, [], "fake");
    await objects.write(fake.objects);
    await refs.swap(`refs/replace/${tip}`, fake.oid, undefined);
    const read = await collect(gitHistory({ gitDir }).commits(undefined, tip, 100));
    expect(read.map(({ oid }) => oid)).toEqual(built.map(({ oid }) => oid));
    expect(Buffer.from(read[1]?.bytes ?? []).toString()).toContain("\n\n1\n");
    expect(await history.contains(built[0]!.oid, tip)).toBe(true);
  });

  test("a blob that is missing is an error, never an empty record", async () => {
    const { gitDir, history, objects, refs } = await clone();
    const one = commit({ a: "here", b: "gone" }, [], "one");
    await objects.write(one.objects);
    await refs.swap("refs/mound/line", one.oid, undefined);
    const gone = objects.name("blob", Buffer.from("gone"));
    await rm(join(gitDir, "objects", gone.slice(0, 2), gone.slice(2)));
    const read = collect(history.commits(undefined, one.oid, 100));
    await expect(read).rejects.toMatchObject({ fault: { code: "object-damaged", oid: gone } });
  });

  test("an unknown commit is an error that says what git said", async () => {
    const { history } = await line(1);
    const read = collect(history.commits(undefined, "1".repeat(40) as Oid, 100));
    await expect(read).rejects.toMatchObject({
      fault: { code: "git-failed", command: "log", exitCode: 128 },
    });
  });

  test("the first commits of a long history are read before the log has been", async () => {
    const length = 6_000;
    const { history, tip } = await line(length);
    // A git that notes how much of its log was taken from it.
    const path = await folder();
    const log = join(path, "log");
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    const script = `#!/bin/sh\ncase " $* " in *" log "*) ${real} "$@" | tee ${log} ;; *) exec ${real} "$@" ;; esac\n`;
    await writeFile(join(path, "git"), script, { mode: 0o755 });
    setEnvironment({ PATH: path + delimiter + process.env["PATH"] });
    let read = 0;
    let taken = 0;
    for await (const one of history.commits(undefined, tip, 100)) {
      expect(one.changes).toHaveLength(2);
      if (read === 0) taken = (await stat(log)).size;
      read += 1;
    }
    expect(read).toBe(length);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan((await stat(log)).size / 2);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
