import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Signer } from "../../../src/app/ports.ts";
import { defined } from "../../../src/base/assert.ts";
import type { Mound } from "../../../src/open/mound.ts";
import { foundMound } from "../../../src/open/found.ts";
import type { Command } from "../../../src/protocol/commands/index.ts";
import type { AgentId, Oid } from "../../../src/protocol/ids.ts";
import { gitObjects } from "../../../src/git/objects.ts";
import { git } from "../../contract/clone.ts";
import { must } from "../site.ts";
import { until } from "../until.ts";
import type { Member, Victim, VictimTask } from "./scene.ts";

const MEMBERS: readonly Exclude<Member, "stranger">[] = [
  "root",
  "alice",
  "bob",
  "mallory",
  "rita",
  "vera",
  "lax",
];
const TITLES = [
  "open",
  "held",
  "retaken",
  "done",
  "cancelled",
  "lapsing",
  "stuck",
  "near",
] as const;
/** `near` is in nobody's hands, and overlaps what is held. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  held: ["src/auth"],
  near: ["src/*/login.ts"],
};

export interface Founded {
  readonly victim: Victim;
  /** The bare repository that clones come from. */
  readonly origin: string;
  /** A clone of the mound that is its root's. */
  readonly clone: string;
}

/** Founds a mound in `dir` that attacks are made on; the keys of its members lie in the environment's config. */
export async function foundVictim(dir: string, environment: NodeJS.ProcessEnv): Promise<Founded> {
  const other = await found(join(dir, "other"), environment);
  const otherId = other.id;
  await other.close();
  const origin = join(dir, "origin.git");
  await mkdir(dir, { recursive: true });
  await git(origin, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  const clone = join(dir, "founder");
  const mound = await found(clone, environment, origin);
  try {
    const signers = await enlist(mound);
    const tasks = await live(mound, signers);
    const standing = defined(await mound.line.standing(), "the mound");
    const { tip, time } = standing.line;
    const parent = (await git(origin, "rev-parse", `${tip}~1`)) as Oid;
    const files = await filesAt(origin, tip);
    const id = standing.mound.id;
    const oldClaim = await firstBytes(origin, claimPath(tasks.retaken));
    return {
      victim: { id, otherId, tip, parent, time, tasks, signers, files, oldClaim },
      origin,
      clone,
    };
  } finally {
    await mound.close();
  }
}

async function found(dir: string, environment: NodeJS.ProcessEnv, remote?: string): Promise<Mound> {
  return must(
    await foundMound({
      dir,
      agent: "root" as AgentId,
      name: "victim",
      membership: "open",
      environment,
      ...(remote === undefined ? {} : { remote }),
    }),
  );
}

async function enlist(mound: Mound): Promise<Victim["signers"]> {
  const signers: Partial<Record<keyof Victim["signers"], Signer>> = {};
  const names = [...MEMBERS, "rita-before", "stranger"] as const;
  for (const name of names) {
    const agent = name as AgentId;
    if (name !== "root") must(await mound.keys.createKey(mound.id, agent));
    signers[name] = must(await mound.keys.signer(mound.id, agent));
  }
  const all = signers as Victim["signers"];
  const joining = MEMBERS.slice(1).map((name) => {
    const signer = name === "rita" ? all["rita-before"] : all[name];
    return {
      agent: name as AgentId,
      signer,
      command: { type: "join", key: signer.key } satisfies Command,
    };
  });
  (await mound.submitRequests(joining)).forEach(must);
  const rotate: Command = { type: "rotate", key: all.rita.key };
  must(
    (
      await mound.submitSigned("rita" as AgentId, all["rita-before"], [rotate], {
        cosigners: [all.rita],
      })
    )[0]!,
  );
  return all;
}

async function live(mound: Mound, signers: Victim["signers"]): Promise<Victim["tasks"]> {
  const run = async (steps: readonly (readonly [Member, Command])[]) =>
    (
      await mound.submitRequests(
        steps.map(([name, command]) => ({
          agent: name as AgentId,
          signer: signers[name],
          command,
        })),
      )
    ).map(must);
  const reviewed = (title: string) => {
    const plain = { title, paths: PATHS[title] ?? [] };
    return title === "done" || title === "own" ? { ...plain, review: "required" as const } : plain;
  };
  const { key } = signers.mallory;
  const [, , , added, own, worth] = await run([
    ["root", { type: "configure", set: { key: "review_value", value: "10" } }],
    ["root", { type: "configure", set: { key: "review_trust", value: "0" } }],
    ["mallory", { type: "join", key, operator: "alice" }],
    ["root", { type: "add", tasks: TITLES.map(reviewed) }],
    ["bob", { type: "add", tasks: [reviewed("own")] }],
    ["bob", { type: "add", tasks: [{ title: "worth", value: 10 }] }],
  ]);
  const ids = added!.answer.tasks;
  const tasks: Readonly<Record<string, string>> = {
    ...Object.fromEntries(TITLES.map((title, at) => [title, ids[at]!])),
    own: own!.answer.tasks[0]!,
    worth: worth!.answer.tasks[0]!,
  };
  const task = (title: VictimTask): string => tasks[title]!;
  await run([
    ["root", { type: "end-membership", agent: "vera", status: "revoked" }],
    ["root", { type: "configure", set: { key: "cooldown", value: "24h" } }],
    ["root", { type: "configure", set: { key: "quarantine", value: "2" } }],
    ["lax", { type: "claim", task: task("stuck"), lease: 1_000 }],
    ["alice", { type: "claim", task: task("held") }],
    ["alice", { type: "claim", task: task("retaken") }],
    ["alice", { type: "finish", task: task("retaken"), outcome: "released" }],
    ["bob", { type: "claim", task: task("retaken") }],
    ["alice", { type: "claim", task: task("done") }],
    ["alice", { type: "finish", task: task("done"), outcome: "done", result: "it works" }],
    ["alice", { type: "claim", task: task("worth") }],
    ["alice", { type: "finish", task: task("worth"), outcome: "done", result: "it works" }],
    ["bob", { type: "claim", task: task("own") }],
    ["bob", { type: "finish", task: task("own"), outcome: "done", result: "it works" }],
    ["root", { type: "cancel", task: task("cancelled") }],
    ["bob", { type: "lock", name: "leader/x" }],
    ["bob", { type: "unlock", name: "leader/x" }],
    ["alice", { type: "lock", name: "leader/x" }],
    ["bob", { type: "lock", name: "deploy", lease: 1_000 }],
    ["bob", { type: "claim", task: task("lapsing"), lease: 1_000 }],
  ]);
  // Commits are dated in whole seconds: the lease is over for the first that is not before its end.
  const over = Date.now() + 2_000;
  await until("the lease of lax is over", () => Date.now() >= over);
  await run([["bob", { type: "claim", task: task("stuck"), lease: 1_000 }]]);
  return tasks;
}

/** Every file of a commit. */
async function filesAt(origin: string, tip: Oid): Promise<Victim["files"]> {
  const listed = await git(origin, "ls-tree", "-r", tip);
  const objects = gitObjects({ gitDir: origin });
  try {
    const files = listed.split("\n").map(async (line) => {
      const [, oid, path] = /^100644 blob ([0-9a-f]{40})\t(.*)$/.exec(line)! as unknown as [
        string,
        Oid,
        string,
      ];
      const { bytes } = defined(await objects.read(oid), oid);
      return [path, { oid, bytes }] as const;
    });
    return new Map(await Promise.all(files));
  } finally {
    await objects.close();
  }
}

function claimPath(task: string): string {
  return `tasks/${task.slice(0, 2)}/${task}/claim.lock`;
}

/** What stood at a path when it came to be. */
async function firstBytes(origin: string, path: string): Promise<Uint8Array> {
  const added = await git(origin, "log", "--format=%H", "--diff-filter=A", "--", path);
  const text = await git(origin, "cat-file", "blob", `${added.split("\n").at(-1)}:${path}`);
  return Buffer.from(`${text}\n`);
}
