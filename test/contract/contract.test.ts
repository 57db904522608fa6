import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitObject } from "../../src/app/ports.ts";
import { systemClock } from "../../src/git/clock.ts";
import { embeddedRemote } from "../../src/git/embedded.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { systemRandom } from "../../src/git/random.ts";
import { gitRemote } from "../../src/git/remote.ts";
import { gitWatch } from "../../src/git/watch.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { memoryOrigin, memoryRemote } from "../../src/memory/remote.ts";
import { memoryWatch } from "../../src/memory/watch.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { clockContract, randomContract } from "./clock.ts";
import { git, gitClone, memoryClone } from "./clone.ts";
import { historyContract } from "./history.ts";
import { objectsContract } from "./objects.ts";
import { presenceContract } from "./presence.ts";
import { refsContract } from "./refs.ts";
import { type Member, remoteContract, type RemoteWorld } from "./remote.ts";
import { commit } from "./build.ts";
import { watchContract } from "./watch.ts";

objectsContract("git", gitClone);
objectsContract("memory", async () => memoryClone());
refsContract("git", gitClone);
refsContract("memory", async () => memoryClone());
historyContract("git", gitClone);
historyContract("memory", async () => memoryClone());
clockContract("system", () => systemClock);
clockContract("virtual", () => virtualClock());
randomContract("system", () => systemRandom);
randomContract("seeded", () => seededRandom(7));

async function gitWorld(): Promise<RemoteWorld> {
  const folder = await mkdtemp(join(tmpdir(), "mound-test-origin-"));
  await git(
    folder,
    "init",
    "--quiet",
    "--bare",
    "--object-format=sha1",
    "--initial-branch=main",
    folder,
  );
  const members: Member[] = [];
  return {
    async join() {
      const clone = await gitClone();
      const member = {
        ...clone,
        remote: gitRemote({ gitDir: clone.gitDir, url: folder, branch: "main" }),
      };
      members.push(member);
      return member;
    },
    async dispose() {
      for (const member of members) await member.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

async function memoryWorld(): Promise<RemoteWorld> {
  const origin = memoryOrigin();
  return {
    async join() {
      const objects = new Map<Oid, GitObject>();
      return { ...memoryClone(objects), remote: memoryRemote(origin, objects, "main") };
    },
    dispose: async () => {},
  };
}

async function embeddedWorld(): Promise<RemoteWorld> {
  // Processes of one clone: the origin inside it has the one object store.
  const shared = await gitClone();
  return {
    async join() {
      const objects = gitObjects({ gitDir: shared.gitDir, durable: true });
      return {
        ...shared,
        objects,
        remote: embeddedRemote(shared.gitDir, "main"),
        dispose: () => objects.close(),
      };
    },
    dispose: shared.dispose,
  };
}

for (const contract of [remoteContract, presenceContract]) {
  contract("git", gitWorld);
  contract("memory", memoryWorld);
  contract("embedded", embeddedWorld);
}

watchContract("git", async () => {
  const clone = await gitClone();
  const commits = ["a", "b"].map((text) => commit({ file: text }, [], text));
  await clone.objects.write(commits.flatMap(({ objects }) => objects));
  let turn = 0;
  const point = async (ref: string) => {
    turn += 1;
    await git(clone.gitDir, "update-ref", ref, commits[turn % 2]!.oid);
  };
  // Folders that are new may hold anything; these are there already.
  for (const ref of ["heads/main", "heads/other", "mound/presence/ada"]) await point(`refs/${ref}`);
  return {
    watch: gitWatch({ gitDirs: [clone.gitDir], branch: "main" }),
    move: () => point("refs/heads/main"),
    maintain: clone.maintain,
    async bustle() {
      await point("refs/mound/presence/ada");
      await point("refs/heads/other");
      await writeFile(join(clone.gitDir, "refs/heads/main.lock"), "");
      await rm(join(clone.gitDir, "refs/heads/main.lock"));
      await writeFile(join(clone.gitDir, "HEAD"), "ref: refs/heads/main\n");
    },
    dispose: clone.dispose,
  };
});

watchContract("memory", async () => {
  const watch = memoryWatch();
  const nothing = async () => {};
  return {
    watch,
    move: async () => watch.moved(),
    maintain: nothing,
    bustle: nothing,
    dispose: nothing,
  };
});
