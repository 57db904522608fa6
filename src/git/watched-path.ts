const PRESENCE = "refs/mound/presence";

/**
 * Whether a change at this path, relative to the git directory, may mean that a ref has moved. With
 * a branch, those of other branches do not count. What is packed is not told of: who watches looks there itself.
 */
export function tellsOfRefs(path: string, branch?: string): boolean {
  const name = path.replaceAll("\\", "/");
  if (name === "refs") return true;
  if (!name.startsWith("refs/") || name.endsWith(".lock")) return false;
  // Heartbeats come all the time and move no line.
  if (name === PRESENCE || name.startsWith(`${PRESENCE}/`)) return false;
  return branch === undefined || concerns(name, branch);
}

/** A folder on the way to the branch concerns it: it may be new, with the branch in it. */
function concerns(name: string, branch: string): boolean {
  const [, kind, ...rest] = name.split("/");
  if (kind === "tags") return false;
  if (kind !== "heads" && kind !== "remotes") return true;
  const below = (kind === "heads" ? rest : rest.slice(1)).join("/");
  return below === "" || below === branch || branch.startsWith(`${below}/`);
}
