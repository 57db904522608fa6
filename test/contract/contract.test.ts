import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitObject } from "../../src/app/ports.ts";
import { systemClock } from "../../src/git/clock.ts";
import { embeddedRemote } from "../../src/git/embedded.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { systemRandom } from "../../src/git/random.ts";
import { gitRemote } from "../../src/git/remote.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { memoryOrigin, memoryRemote } from "../../src/memory/remote.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { clockContract, randomContract } from "./clock.ts";
import { git, gitClone, memoryClone } from "./clone.ts";
import { historyContract } from "./history.ts";
import { objectsContract } from "./objects.ts";
import { refsContract } from "./refs.ts";
import { type Member, remoteContract } from "./remote.ts";

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

remoteContract("git", async () => {
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
});

remoteContract("memory", async () => {
  const origin = memoryOrigin();
  return {
    async join() {
      const objects = new Map<Oid, GitObject>();
      return { ...memoryClone(objects), remote: memoryRemote(origin, objects, "main") };
    },
    dispose: async () => {},
  };
});

remoteContract("embedded", async () => {
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
});
