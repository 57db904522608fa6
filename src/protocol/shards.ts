import type { Key } from "./state.ts";

/**
 * The shard that holds a key. Tasks are sharded as their folders are; nonces and commits, of which
 * there is one for every operation ever, by their first characters, so that one look loads little.
 */
export function shardOf(key: Key): string {
  const slash = key.indexOf("/");
  if (slash < 0) return "root";
  const family = key.slice(0, slash);
  const rest = key.slice(slash + 1);
  if (family === "task" || family === "head" || family === "todo") return `t-${rest.slice(0, 2)}`;
  if (family === "nonce") return `n-${rest.slice(0, 2)}`;
  if (family === "commit") return `c-${rest.slice(0, 2)}`;
  if (family === "file" || family === "astray") {
    const [folder, group] = rest.split("/");
    if (folder === "tasks") return `t-${group ?? ""}`;
    // There is one for every few hundred commits, for ever: the shard that each command reads stays small.
    if (folder === "checkpoints") return `c-${(group ?? "").slice(0, 2)}`;
    return folder === "agents" ? `a-${(group ?? "").slice(0, 2)}` : "root";
  }
  return family === "invite" || family === "key" ? "root" : `a-${rest.slice(0, 2)}`;
}
