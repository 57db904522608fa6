import { execFileSync } from "node:child_process";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { askOthersToReview } from "./others-review.ts";
import type { Scribe } from "./scribe.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AUCTION = { mode: "auction", bidsUntil: "2h", revealsUntil: "2h" } as const;
const AGENTS = ["root", "ant-1", "ant-2"];

/** What several agents intend on a real mound, what comes too late, and what strangers break. */
export async function live(scribe: Scribe, random: () => number, steps: number): Promise<void> {
  const pick = <T>(all: readonly T[]): T => all[random() % all.length]!;
  const tasks: string[] = [];
  // Enough for whatever is staked: what is short of credits only Mound finds.
  for (const to of AGENTS)
    await scribe.must("root", { type: "grant", to, amount: 1_000, reason: "a start" });
  // From a value of 5 on whoever has no part in it reviews, however far it is trusted.
  await askOthersToReview(scribe);
  for (const more of [
    {},
    { attempts: 2, stake: 1 },
    { review: "required" as const },
    { value: 5 },
    AUCTION,
  ]) {
    const spec = { title: "work", ...more };
    tasks.push(...(await scribe.must("root", { type: "add", tasks: [spec] })).tasks);
  }
  let late: Awaited<ReturnType<Scribe["decided"]>>;
  for (let step = 0; step < steps; step += 1) {
    scribe.now += pick([0, 1_000, 1_000, MINUTE, HOUR]);
    const agent = pick(AGENTS);
    const held = Object.keys(scribe.state.get(`held/${agent}`) ?? {});
    const [task, own] = [pick(tasks), pick([...held, ...held, ...tasks])];
    const next = scribe.made(`${agent} ${step}`);
    const at = random() % scribe.verdicts.length;
    const mark = { commit: scribe.verdicts[at]!.oid, number: at + 1 };
    const command = intent({ task, own, mark, key: next.key, number: random() });
    const made = await scribe.decided(agent, command, command.type === "rotate" ? [next] : []);
    if (made === undefined) continue;
    // One in six comes later, if at all; another comes with a part left out. A key is changed at once,
    // or its agent would go on with the old one.
    const manner = random() % 6;
    if (manner === 0 && command.type !== "rotate") {
      late = made;
      continue;
    }
    const files = Object.fromEntries(Object.entries(made.files).slice(manner === 1 ? 1 : 0));
    const verdict = await scribe.write({ ...made, files });
    if (verdict.accepted && command.type === "rotate") scribe.signers.set(agent, next);
    if (verdict.accepted && command.type === "add") tasks.push(...made.answer.tasks);
    if (late !== undefined && random() % 2 === 0) {
      const time = Math.max(scribe.now, scribe.state.get("line")!.time);
      await scribe.write({ ...late, time });
      late = undefined;
    }
    if (random() % 12 === 0) await restore(scribe);
  }
}

function intent(chosen: {
  readonly task: string;
  readonly own: string;
  readonly mark: { readonly commit: Oid; readonly number: number };
  readonly key: ReturnType<Scribe["made"]>["key"];
  readonly number: number;
}): Command {
  const { task, own, mark, key, number } = chosen;
  const lease = number % 2 === 0 ? MINUTE : HOUR;
  const name = number % 5 === 0 ? "deploy" : "leader/x";
  const outcome = (["done", "failed", "released"] as const)[number % 3]!;
  const all: readonly Command[] = [
    { type: "claim", task, lease },
    { type: "claim", task, lease },
    { type: "renew", task: own, lease },
    { type: "renew", task: own, progress: { percent: number % 100 } },
    { type: "finish", task: own, outcome },
    { type: "finish", task: own, outcome },
    { type: "review", task, accept: number % 4 === 0 },
    { type: "cancel", task },
    { type: "decline", task, length: number % 2 === 0 ? MINUTE : HOUR },
    { type: "add", tasks: [{ title: `task ${number}`, value: 1 + (number % 8) }] },
    { type: "checkpoint", ...mark, digest: "0".repeat(64) },
    {
      type: "can",
      skills: ["git", "sh"].slice(number % 3),
      tags: ["gpu"].slice(number % 2),
      names: number % 5 === 0 ? ["git Git: \u001b[2J and \u202e"] : [],
      load: number % 4,
      capacity: 2,
      for: HOUR,
    },
    { type: "keep-can", capacity: 2 },
    {
      type: "signal",
      topic: [`task/${task}`, "path/src/Auth", "deploy"][number % 3]!,
      mark: number % 2 === 0 ? "need" : "heat",
      strength: number % 11,
      ...(number % 7 < 3 ? { halfLife: [HOUR, 90_000, 1_000][number % 7]! } : {}),
    },
    { type: "grant", to: AGENTS[number % 3]!, amount: 1 + (number % 9), reason: "work" },
    { type: "bid", task, stake: 1 + (number % 9), seal: "0".repeat(64) },
    { type: "withdraw-bid", task },
    { type: "reveal", task, eta: HOUR, salt: "0".repeat(32) },
    { type: "rotate", key },
    ...words(number, mark.commit),
    { type: "lock", name, lease },
    { type: "lock", name, lease },
    { type: "renew-lock", name, lease },
    { type: "unlock", name },
  ];
  return all[Math.floor(number / 12) % all.length]!;
}

/** For and against others, and for one who has not joined. */
function words(number: number, proof: Oid): readonly Command[] {
  const subject = ["root", "ant-1", "ant-2"][number % 3]!;
  const length = number % 2 === 0 ? MINUTE : HOUR;
  const severity = number % 4 === 0 ? { severity: "half" as const } : {};
  const stranger = { subject: "ant-9", fingerprint: `SHA256:${"A".repeat(43)}` };
  return [
    { type: "vouch", subject, reason: "seen", length },
    number % 2 === 0
      ? { type: "unvouch", subject }
      : { type: "vouch", ...stranger, reason: "met", scope: "lang.*" },
    { type: "denounce", subject, proof, reason: "seen", ...severity },
    { type: "undenounce", subject },
  ];
}

/** Puts back what the state holds, as anyone may. */
export async function restore(scribe: Scribe): Promise<void> {
  const { state } = scribe;
  const paths = state.keys("astray/").map((key) => key.slice("astray/".length));
  const junk = execFileSync(
    "git",
    ["--git-dir", scribe.gitDir, "ls-tree", "-r", "--name-only", "main"],
    { encoding: "utf8" },
  )
    .split("\n")
    .filter((path) => path !== "" && state.get(`file/${path}`) === undefined);
  const all = [...new Set([...paths, ...junk])];
  if (all.length === 0) return;
  const files = all.map((path) => {
    const good = state.get(`file/${path}`)?.oid;
    const bytes =
      good === undefined
        ? undefined
        : execFileSync("git", ["--git-dir", scribe.gitDir, "cat-file", "blob", good]);
    return [path, bytes] as const;
  });
  const verdict = await scribe.write({ author: "root", files: Object.fromEntries(files) });
  if (!verdict.accepted) throw new Error(JSON.stringify(verdict.fault));
}
