/** Attacks on what records say, and on whose they are: claims, endings, settings, removals. */
import { encodeBody } from "../../../src/protocol/encode.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import type { Attack } from "./attack.ts";
import type { CommitWish, Files, Member, Scene, VictimTask } from "./scene.ts";

type Made = Files | Promise<Files>;

/** A commit of one member whose files are the attack. */
export function by(
  author: Member,
  name: string,
  [rule, code]: readonly [string, string],
  files: (scene: Scene) => Made,
  more: (scene: Scene) => Partial<CommitWish> = () => ({}),
): Attack {
  return {
    name,
    rule,
    code,
    build: async (scene) => scene.commit({ author, files: await files(scene), ...more(scene) }),
  };
}

function attempt(
  scene: Scene,
  task: VictimTask,
  agent: Member,
  token: number,
  outcome: string,
): Promise<Files> {
  const fields = { task: scene.victim.tasks[task], token: String(token), agent, outcome };
  return scene.record("attempt", fields);
}

function declined(
  scene: Scene,
  task: string | undefined,
  agent: Member,
  length = 3_600_000,
): Promise<Files> {
  const until = formatInstant(scene.now + length);
  return scene.record("decline", { task, agent, until });
}

const lock = (scene: Scene, task: VictimTask): string => `${scene.folder(task)}/claim.lock`;

/** mound.yaml with something changed, signed by whom the attack says. */
function settings(scene: Scene, change: (text: string) => string, signer: Member): Promise<Files> {
  const [old = ""] = Buffer.from(scene.bytes("mound.yaml")).toString().split("---\n");
  const fresh = old
    .replace(/^at: .*$/m, `at: ${formatInstant(scene.now)}`)
    .replace(/^nonce: .*$/m, `nonce: ${scene.nonce()}`);
  const seen = `seen: ${scene.victim.tip}\n`;
  const text = change(
    /^seen: /m.test(fresh) ? fresh : fresh.replace(/^nonce: /m, `${seen}nonce: `),
  );
  return scene.record("mound", {}, { path: "mound.yaml", text, by: [signer] });
}

const CLAIMS: readonly Attack[] = [
  by("mallory", "a claim over a live claim", ["CL1", "held"], (scene) =>
    scene.claim("held", "mallory", 2),
  ),
  by("mallory", "a takeover that calls a live claim expired", ["AT1", "held"], async (scene) => ({
    ...(await attempt(scene, "held", "mallory", 1, "expired")),
    ...(await scene.claim("held", "mallory", 2)),
  })),
  by("mallory", "a claim under the token of another", ["CL4", "held"], (scene) =>
    scene.claim("held", "mallory", 1),
  ),
  by("mallory", "claims of two agents in one commit", ["LN5", "author-wrong"], async (scene) => ({
    ...(await scene.claim("open", "mallory", 1)),
    ...(await scene.claim("lapsing", "alice", 2)),
  })),
  by("mallory", "two claims of a task in one commit", ["RE5", "path-wrong"], async (scene) => {
    const [first] = Object.values(await scene.claim("open", "mallory", 1));
    const [second] = Object.values(await scene.claim("open", "mallory", 1));
    return { [lock(scene, "open")]: first, [`${scene.folder("open")}/claim2.yaml`]: second };
  }),
  by("mallory", "a token that skips some", ["CL12", "token-wrong"], (scene) =>
    scene.claim("open", "mallory", 5),
  ),
  by(
    "mallory",
    "a claim on paths that another claim reserves",
    ["CL14", "paths-overlap"],
    (scene) => scene.claim("near", "mallory", 1),
  ),
  by("mallory", "a claim on a task that is cancelled", ["CL1", "not-open"], (scene) =>
    scene.claim("cancelled", "mallory", 1),
  ),
  by("mallory", "a claim on a task that is done", ["CL1", "not-open"], (scene) =>
    scene.claim("done", "mallory", 2),
  ),
  by("mallory", "a lease longer than the maximum", ["CL13", "lease-invalid"], (scene) =>
    scene.claim("open", "mallory", 1, 9 * 3_600_000),
  ),
  by("mallory", "a lease that ends before it begins", ["CL13", "lease-invalid"], (scene) =>
    scene.claim("open", "mallory", 1, -1_000),
  ),
  by(
    "mallory",
    "a lapsed claim taken without ending it",
    ["CL1", "companion-missing"],
    (scene) => scene.claim("lapsing", "mallory", 2),
    (scene) => ({ time: Math.max(scene.victim.time + 10_000, scene.now) }),
  ),
  by("lax", "a claim by who has just let one lapse", ["CL16", "cooling-down"], (scene) =>
    scene.claim("open", "lax", 1),
  ),
  by(
    "mallory",
    "a takeover of a task that is quarantined",
    ["CL17", "quarantined"],
    async (scene) => ({
      ...(await attempt(scene, "stuck", "mallory", 2, "expired")),
      ...(await scene.claim("stuck", "mallory", 3)),
    }),
    (scene) => ({ time: Math.max(scene.victim.time + 10_000, scene.now) }),
  ),
  by("alice", "a renewal under a token that is no longer current", ["CL4", "fenced"], (scene) =>
    scene.claim("retaken", "alice", 1),
  ),
  by("alice", "a result under a token that is no longer current", ["CL4", "fenced"], (scene) =>
    attempt(scene, "retaken", "alice", 1, "done"),
  ),
  by("mallory", "an end by who does not hold the task", ["CL4", "held"], async (scene) => ({
    ...(await attempt(scene, "held", "mallory", 1, "done")),
    [lock(scene, "held")]: undefined,
  })),
  by("alice", "an end that leaves the lock", ["PA3", "removal-missing"], (scene) =>
    attempt(scene, "held", "alice", 1, "done"),
  ),
  by("alice", "progress without a renewal", ["CL5", "companion-missing"], (scene) =>
    scene.record("progress", {
      task: scene.victim.tasks.held,
      token: "1",
      n: "1",
      agent: "alice",
      percent: "5",
    }),
  ),
  by("alice", "an attempt written anew", ["CL4", "fenced"], (scene) =>
    attempt(scene, "done", "alice", 1, "failed"),
  ),
  {
    name: "an old claim committed again",
    rule: "RE8",
    code: "nonce-used",
    build: async (scene) =>
      scene.commit({
        author: "alice",
        committer: "mallory",
        files: { [lock(scene, "retaken")]: scene.victim.oldClaim },
      }),
  },
];

/** That what is worth much is good. */
function accepted(scene: Scene, agent: Member): Made {
  const said = { task: scene.victim.tasks.worth, token: "1", agent, verdict: "accepted" };
  return scene.record("review", said);
}

const OTHERS: readonly Attack[] = [
  by("bob", "a review of one's own work", ["RV3", "not-a-reviewer"], (scene) =>
    scene.record("review", {
      task: scene.victim.tasks.own,
      token: "1",
      agent: "bob",
      verdict: "accepted",
    }),
  ),
  by(
    "alice",
    "a review of somebody else's task by its worker",
    ["RV1", "not-a-reviewer"],
    (scene) =>
      scene.record("review", {
        task: scene.victim.tasks.done,
        token: "1",
        agent: "alice",
        verdict: "accepted",
      }),
  ),
  by(
    "bob",
    "a review of what others review, by who made it",
    ["RV4", "review-dependent"],
    (scene) => accepted(scene, "bob"),
  ),
  by(
    "mallory",
    "a review of one's own work, by another name",
    ["RV4", "review-dependent"],
    (scene) => accepted(scene, "mallory"),
  ),
  by("mallory", "a task declined in another's name", ["LN5", "author-wrong"], (scene) =>
    declined(scene, scene.victim.tasks.open, "alice"),
  ),
  by("alice", "a task declined by who holds it", ["DE2", "decline-held"], (scene) =>
    declined(scene, scene.victim.tasks.held, "alice"),
  ),
  by("mallory", "a task declined for a year", ["DE3", "decline-wrong"], (scene) =>
    declined(scene, scene.victim.tasks.open, "mallory", 365 * 24 * 3_600_000),
  ),
  by("mallory", "a task declined that is over", ["DE1", "not-open"], (scene) =>
    declined(scene, scene.victim.tasks.cancelled, "mallory"),
  ),
  by("mallory", "a cancellation of another's task", ["CA1", "not-the-creator"], (scene) =>
    scene.record("cancel", { task: scene.victim.tasks.open, agent: "mallory" }),
  ),
  by("mallory", "an edit of another's task", ["TA2", "not-the-creator"], (scene) => {
    const id = scene.victim.tasks.open;
    return scene.record("task", { id, creator: "mallory", title: "mine" });
  }),
  by("mallory", "a task whose name begins as another's", ["TA1", "task-exists"], (scene) => {
    const id = `${scene.victim.tasks.open.slice(0, 7)}-x`;
    return scene.record("task", { id, creator: "mallory", title: "twin" });
  }),
  ...(["task.yaml", "claim.lock", "attempts/1.yaml"] as const).map((file) =>
    by("mallory", `another's ${file} is deleted`, ["PA3", "removal-illegal"], (scene) => ({
      [`${scene.folder(file === "claim.lock" ? "lapsing" : "done")}/${file}`]: undefined,
    })),
  ),
  ...["mound.yaml", "agents/alice/agent.yaml"].map((path) =>
    by("mallory", `${path} is deleted`, ["PA3", "removal-illegal"], () => ({ [path]: undefined })),
  ),
  by(
    "mallory",
    "everything is deleted but a record of one's own",
    ["PA4", "furniture"],
    (scene) => ({
      ...Object.fromEntries([...scene.victim.files.keys()].map((path) => [path, undefined])),
      "agents/mallory/agent.yaml": scene.bytes("agents/mallory/agent.yaml"),
    }),
  ),
  by("alice", "a good record at another's path", ["RE5", "path-wrong"], (scene) => {
    const path = `${scene.folder("held")}/attempts/1.yaml`;
    const fields = { task: scene.victim.tasks.open, agent: "alice", token: "1" };
    const until = formatInstant(scene.now + 60_000);
    return scene.record("claim", { ...fields, until }, { path });
  }),
  by("mallory", "another's record of a task at one's own path", ["RE5", "path-wrong"], (scene) => ({
    "tasks/zz/zzzzzz1/task.yaml": scene.bytes(`${scene.folder("open")}/task.yaml`),
  })),
  by("mallory", "a record of an unknown kind", ["RE3", "kind-unknown"], (scene) => {
    const text = encodeBody("task", "x/y.yaml", {}).replace("kind: task", "kind: wish");
    return scene.record("task", {}, { path: "x/y.yaml", text, by: ["mallory"] });
  }),
  by("mallory", "settings changed by who is no root", ["MO3", "not-a-root"], (scene) =>
    settings(scene, (text) => text.replace(/^name: .*$/m, "name: mine"), "mallory"),
  ),
  by("mallory", "oneself made a root", ["MO3", "not-a-root"], (scene) => {
    const key = scene.victim.signers.mallory.key;
    const line = `  - mallory ${key}\n`;
    return settings(scene, (text) => text.replace(/^roots:\n/m, `roots:\n${line}`), "mallory");
  }),
  by("mallory", "a workflow of the host by who is no root", ["PA4", "furniture"], () => ({
    ".github/workflows/evil.yml": "on: push\n",
  })),
  by("mallory", "a record dated ahead of its commit", ["LN3", "clock-skew"], (scene) =>
    scene.record("task", {
      id: "zzzzzz1",
      creator: "mallory",
      title: "soon",
      at: formatInstant(scene.now + 3_600_000),
    }),
  ),
  by("mallory", "a record that has seen what never landed", ["RE10", "seen-unknown"], (scene) =>
    scene.record("task", {
      id: "zzzzzz1",
      creator: "mallory",
      title: "elsewhere",
      seen: "5".repeat(40),
    }),
  ),
  by(
    "mallory",
    "a trailer in another's name",
    ["LN6", "trailer-false"],
    (scene) => scene.claim("open", "mallory", 1),
    () => ({ message: "claim\n\nAgent: alice\n" }),
  ),
];

export const RECORDS: readonly Attack[] = [...CLAIMS, ...OTHERS];
