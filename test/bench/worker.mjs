// One long-lived client: opens its clone, waits for the start, then claims task after task until it
// is told to stop or nothing is left. Arguments: the library, the clone's folder, the agent.
const [library, dir, agent] = process.argv.slice(2);
const { Mound } = await import(library);
const opened = await Mound.open({ dir });
if (!opened.ok) throw new Error(`cannot open ${dir}: ${opened.error.code}`);
const mound = opened.value;
let stopped = false;

process.on("message", async (message) => {
  if (message === "stop") stopped = true;
  if (message === "go") await claimAll();
});
// Without whoever counts the wins there is nothing to do.
process.on("disconnect", () => process.exit());
process.send({ kind: "ready" });

async function claimAll() {
  while (!stopped) {
    const from = performance.now();
    const [outcome] = await mound.submit(agent, [{ type: "next" }], { project: false });
    const ms = performance.now() - from;
    if (!outcome.ok) {
      if (outcome.error.code === "nothing-to-take") break;
      process.send({ kind: "fault", agent, error: outcome.error });
      break;
    }
    const [task] = outcome.value.answer.tasks;
    process.send({ kind: "won", agent, task, commit: outcome.value.commit, ms });
  }
  await mound.close();
  process.send({ kind: "ended" });
}
