// A process that delivers the events of a file to reactions, as a daemon does: a batch, then its
// cursor. Ends when all has been delivered and nothing waits any more, or on SIGTERM. To be bundled.
//
//   node reactor.js FOLDER     FOLDER has events.json and reactions.yaml, and gets cursor and state/
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startReactions } from "../../src/daemon/reactions/reactions.ts";
import { systemClock } from "../../src/git/clock.ts";
import { systemRandom } from "../../src/git/random.ts";

const folder = process.argv[2];
const cursorFile = join(folder, "cursor");
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());

const started = await startReactions({
  folder: join(folder, "state"),
  file: join(folder, "reactions.yaml"),
  named: true,
  workTree: join(folder, "tree"),
  clock: systemClock,
  // Waits a hundredth of what it would.
  random: { ...systemRandom, fraction: () => systemRandom.fraction() / 100 },
  environment: process.env,
  note: (note) => process.stdout.write(`${JSON.stringify(note)}\n`),
  signal: stop.signal,
});
if (!started.ok) throw new Error(JSON.stringify(started.error));
const reactions = started.value;

const batches = JSON.parse(readFileSync(join(folder, "events.json"), "utf8"));
const known = batches.findIndex(({ cursor }) => cursor === readCursor());
for (const batch of batches.slice(known + 1)) {
  if (!(await reactions.deliver(batch))) break;
  writeFileSync(`${cursorFile}.tmp`, batch.cursor);
  renameSync(`${cursorFile}.tmp`, cursorFile);
}
process.stdout.write("delivered\n");
while (!stop.signal.aborted) {
  const { waiting, retrying } = reactions.status();
  if (waiting.length + retrying.length === 0) break;
  await pause(10);
}
await reactions.close();

function readCursor() {
  try {
    return readFileSync(cursorFile, "utf8");
  } catch {
    return undefined;
  }
}
