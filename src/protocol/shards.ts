import type { Key } from "./state.ts";

/** What begins an id; of a name it is any of these. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const FIRST = "0123456789abcdefghijklmnopqrstuvwxyz";
const LATER = `${FIRST}_-`;

/** Families that lie by agent: what one agent holds, can, did and said. */
const OF_AGENTS = new Set([
  "agent",
  "can",
  "checkpoint",
  "cooling",
  "credit",
  "declined",
  "did",
  "held",
  "made",
  "rate",
  "signalled",
]);
/** Families that lie by task, as the folders of tasks do. */
const OF_TASKS = new Set(["task", "head", "todo", "waits", "stake", "auction"]);
/** Families of few entries, each in a shard of its own name. */
const WHOLE = new Set(["lock", "paths", "grant", "moves", "unreviewed"]);
/** What trust is computed from: by subject, scattered, for the names of a fleet begin alike. */
const OF_SUBJECTS = new Set(["evidence", "proven", "vouch", "denounced", "slashed"]);
const TOPICS = "signal";

/**
 * The shard that holds a key. Tasks are sharded as their folders are; nonces and commits, of which
 * there is one for every operation ever, by their first characters, so that one look loads little.
 */
export function shardOf(key: Key): string {
  const slash = key.indexOf("/");
  if (slash < 0) return "root";
  const family = key.slice(0, slash);
  const rest = key.slice(slash + 1);
  if (OF_TASKS.has(family)) return `t-${rest.slice(0, 2)}`;
  if (OF_AGENTS.has(family)) return `a-${rest.slice(0, 2)}`;
  if (WHOLE.has(family)) return family;
  // Many may be able to do the same: a skill is not read with the agents, nor what describes it.
  if (family === "able") return `s-${rest.slice(0, 1)}`;
  if (family === "card") return `d-${rest.slice(0, 2)}`;
  if (OF_SUBJECTS.has(family)) return `e-${scatter(rest)}`;
  if (family === "nonce") return `n-${rest.slice(0, 2)}`;
  if (family === "commit" || family === "cheat") return `c-${rest.slice(0, 2)}`;
  // Marks on a task are read with it.
  if (family === TOPICS)
    return rest.startsWith("task/")
      ? `t-${rest.slice("task/".length, "task/".length + 2)}`
      : TOPICS;
  if (family === "file" || family === "astray") return shardOfFile(rest);
  return "root";
}

const PARTS = 64;

/** The part of a name: 31 times what there was plus the code of each character, modulo the number of parts. */
function scatter(name: string): string {
  let sum = 0;
  for (let at = 0; at < name.length; at += 1) sum = (sum * 31 + name.charCodeAt(at)) % PARTS;
  return DIGITS[sum >> 5]! + DIGITS[sum & 31]!;
}

function shardOfFile(path: string): string {
  const [folder, group] = path.split("/");
  if (folder === "tasks") return `t-${group ?? ""}`;
  // There is one for every few hundred commits, for ever: the shard that each command reads stays small.
  if (folder === "checkpoints") return `c-${(group ?? "").slice(0, 2)}`;
  if (folder === "signals") return group === "task" ? `t-${path.split("/")[2] ?? ""}` : TOPICS;
  if (folder === "locks") return "lock";
  if (folder === "vouches" || folder === "denounces") return `e-${scatter(group ?? "")}`;
  if (folder === "grants") return "grant";
  return folder === "agents" ? `a-${(group ?? "").slice(0, 2)}` : "root";
}

/**
 * A key in each shard in which a key with this prefix may lie; undefined: in any. Who lists tasks or
 * agents wants those and no more: there is a nonce and a commit for every operation ever, so that the
 * rest grows with the history.
 */
export function keysAcross(prefix: string): readonly Key[] | undefined {
  const slash = prefix.indexOf("/");
  const family = prefix.slice(0, slash);
  const rest = prefix.slice(slash + 1);
  if (WHOLE.has(family)) return [prefix as Key];
  if (OF_TASKS.has(family)) return rest.length >= 2 ? [prefix as Key] : ACROSS_TASKS;
  if (OF_AGENTS.has(family)) return rest.length >= 2 ? [prefix as Key] : ACROSS_AGENTS;
  if (family === "able") return rest.length > 0 ? [prefix as Key] : ACROSS_SKILLS;
  if (OF_SUBJECTS.has(family)) return ACROSS_SUBJECTS;
  if (family !== TOPICS) return undefined;
  if (rest === "" || "task/".startsWith(rest)) return ACROSS_TOPICS;
  return rest.startsWith("task/") && rest.length < "task/".length + 2
    ? ACROSS_TASKS
    : [prefix as Key];
}

const ACROSS_TASKS: readonly Key[] = [...DIGITS].flatMap((a) =>
  [...DIGITS].map((b): Key => `task/${a}${b}`),
);
const ACROSS_AGENTS: readonly Key[] = [...FIRST].flatMap((a) => [
  `agent/${a}` as const,
  ...[...LATER].map((b): Key => `agent/${a}${b}`),
]);
const ACROSS_SKILLS: readonly Key[] = [...FIRST].map((a): Key => `able/${a}`);
const ACROSS_TOPICS: readonly Key[] = [...ACROSS_TASKS, "signal/"];
/** One name in each part: of one character or two, for so many characters there are not. */
const ACROSS_SUBJECTS: readonly Key[] = [...FIRST]
  .flatMap((a) => [...FIRST].map((b) => a + b))
  .filter((name, at, all) => all.findIndex((other) => scatter(other) === scatter(name)) === at)
  .map((name): Key => `evidence/${name}`);
