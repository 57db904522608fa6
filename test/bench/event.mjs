// From a pushed commit to its event at the daemon of another clone.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serveRepositories } from "./http-origin.mjs";
import { median, quantile } from "./numbers.mjs";
import { Told } from "./told.mjs";
import { besideWatcher } from "./watcher.mjs";
import { checkLine, expectOk, foundWorld, ROOT } from "./world.mjs";

/**
 * The value is with hints: the origin is a folder, and the daemon's own watch sees the branch move. The
 * details also have an http origin, of which nothing is heard but by polling: as if every hint were
 * dropped. There a commit is pushed as soon as the one before it was told, which is right after a poll;
 * the last one after a while of quiet, when polls are rarer.
 */
export async function pushedToTold(context) {
  const { sizes } = context;
  const hinted = await measure(context, "hinted", { commits: sizes.events, quiet: 0 });
  const server = await serveRepositories(context.dir);
  try {
    const polled = await measure(context, "polled", {
      commits: sizes.unhinted,
      quiet: sizes.quietSeconds,
      reach: server.reach,
    });
    return {
      value: quantile(hinted, 0.99),
      unit: "ms, the slowest of a hundred",
      samples: { measured: hinted, polled },
      details: [{ median: median(hinted), slowestPolled: Math.max(...polled) }],
    };
  } finally {
    server.close();
  }
}

/** Milliseconds from the end of each push to the line that the daemon of the second clone wrote. */
async function measure(context, name, { commits, quiet, reach }) {
  const { library, command, tell } = context;
  const world = await foundWorld(library, {
    dir: join(context.dir, name),
    agents: 0,
    tasks: 2 * commits,
    bare: true,
    ...(reach === undefined ? {} : { reach }),
  });
  await world.mound.close();
  const { environment, url } = world;
  const second = join(world.dir, "second");
  await expectOk(await library.cloneMound({ url, dir: second, environment })).close();
  const writer = await openWriter(library, world);
  const told = new Told();
  const watched = { command, dir: second, environment, told: told.hear };
  const times = [];
  const won = [];
  await besideWatcher(watched, async () => {
    for (let count = 1; count <= commits; count += 1) {
      if (count === commits) await pause(quiet * 1_000);
      const { task, commit, landed } = await writer.claim();
      const at = await told.of(commit);
      won.push({ task, commit });
      // A hint may be faster than the answer of the push.
      times.push(Math.max(0, at - landed));
      tell(`${name}: ${count} of ${commits} events`);
    }
  });
  told.expectOnce(won.map(({ commit }) => commit));
  await writer.close();
  await checkLine(library, world, won);
  return times;
}

/** A process of the first clone that claims, and knows when its push was over. */
async function openWriter(library, { dir, environment }) {
  let landed = 0;
  const trace = (phase) => {
    if (phase === "landed") landed = performance.now();
  };
  const options = { dir: join(dir, "founder"), environment, trace };
  const mound = expectOk(await library.Mound.open(options));
  return {
    async claim() {
      const [outcome] = await mound.submit(ROOT, [{ type: "next" }], { project: false });
      const { answer, commit } = expectOk(outcome);
      return { task: answer.tasks[0], commit, landed };
    },
    close: () => mound.close(),
  };
}
