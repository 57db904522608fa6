import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git, gitLine } from "./git.mjs";

export const ROOT = "root";
/** So many tasks may come with one commit. */
const IMPORTED = 5_000;

/** The value of a Result; a fault of the set-up ends the row. */
export function expectOk(result) {
  if (result.ok) return result.value;
  throw new Error(`the set-up met ${JSON.stringify(result.error)}`);
}

/** The environment in which keys of this run are found, and no key of the user's. */
export function environmentOf(dir) {
  return { ...process.env, MOUND_CONFIG_HOME: join(dir, "config") };
}

/**
 * A fresh mound with `agents` members and `tasks` open tasks. `bare`: its origin is a bare repository
 * of its own, as people make one, reached by the URL that `reach` answers for its path (the path itself
 * unless said); else it is embedded. Answers the open mound, the folder of its origin, its URL and how
 * many commits the line has before anything is measured.
 */
export async function foundWorld(library, { dir, agents, tasks, bare, reach = (path) => path }) {
  await mkdir(dir, { recursive: true });
  const environment = environmentOf(dir);
  const own = join(dir, "origin.git");
  if (bare) await git(["init", "-q", "--bare", "-b", "main", own]);
  const remote = bare ? await reach(own) : undefined;
  const mound = expectOk(
    await library.foundMound({
      dir: join(dir, "founder"),
      agent: ROOT,
      name: "bench",
      membership: "open",
      ...(bare ? { remote } : {}),
      environment,
    }),
  );
  const origin = bare ? own : join(mound.clone.commonDir, "mound", "origin.git");
  const url = remote ?? origin;
  // Counts pushes: one line of the reflog for each time that the branch moved.
  await git(["-C", origin, "config", "core.logAllRefUpdates", "always"]);
  // A claim counts until it is finished, and these agents only take.
  const set = { key: "claims_max", value: "100000" };
  const setup = [{ type: "configure", set }];
  for (let left = tasks; left > 0; left -= IMPORTED)
    setup.push({ type: "add", tasks: titles(Math.min(left, IMPORTED)) });
  for (const outcome of await mound.submit(ROOT, setup, { project: false })) expectOk(outcome);
  const names = Array.from({ length: agents }, (_, index) => `ant-${index + 1}`);
  for (const name of names) await enrol(mound, name);
  await mound.project();
  return { dir, mound, origin, url, environment, names, before: await countCommits(origin) };
}

export function countCommits(origin) {
  return gitLine(["rev-list", "--count", "main"], origin).then(Number);
}

/** How often the branch of the origin moved since the reflog was switched on. */
export async function countPushes(origin) {
  const log = await gitLine(["reflog", "show", "--format=%H", "refs/heads/main"], origin);
  return log === "" ? 0 : log.split("\n").length;
}

/**
 * What every row must leave behind: one commit for each acknowledged command, no task won twice,
 * every acknowledged commit on the line, nothing refused by the judge, and a sound repository.
 */
export async function checkLine(library, world, won) {
  const { origin, before } = world;
  const tasks = new Set(won.map((win) => win.task));
  if (tasks.size !== won.length) throw new Error("a task was won twice");
  const listed = (await gitLine(["rev-list", "--first-parent", "main"], origin)).split("\n");
  const line = new Set(listed);
  if (listed.length !== before + won.length) {
    throw new Error(`${listed.length} commits for ${before} before and ${won.length} acknowledged`);
  }
  const lost = won.find((win) => !line.has(win.commit));
  if (lost !== undefined) throw new Error(`${lost.commit} was acknowledged and is not on the line`);
  const said = await git(["-C", origin, "fsck", "--full", "--strict", "--no-dangling"]);
  if (said.trim() !== "") throw new Error(`git fsck says: ${said}`);
  const url = origin;
  const dir = join(world.dir, `check-${listed.length}`);
  const { environment } = world;
  const fresh = expectOk(await library.cloneMound({ url, dir, environment }));
  try {
    const state = await fresh.read((view) => view.get("line"));
    if (state.commits !== listed.length || state.refused > 0) {
      throw new Error(`a fresh clone folded ${state.commits} commits and refused ${state.refused}`);
    }
  } finally {
    await fresh.close();
  }
}

function titles(count) {
  return Array.from({ length: count }, (_, index) => ({ title: `task ${index + 1}` }));
}

async function enrol(mound, agent) {
  const key = expectOk(await mound.keys.createKey(mound.id, agent));
  const signer = expectOk(await mound.signer(agent));
  const [outcome] = await mound.submitSigned(agent, signer, [{ type: "join", key }], {
    project: false,
  });
  expectOk(outcome);
}
