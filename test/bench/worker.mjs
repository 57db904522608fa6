// Long-lived clients: each opens the clone for itself, waits for the start, then claims task after task
// until it is told to stop or nothing is left. Arguments: the library, the clone's folder, the agents.
const [library, dir, ...agents] = process.argv.slice(2);
const { Mound } = await import(library);
const clients = await Promise.all(
  agents.map(async (agent) => {
    const opened = await Mound.open({ dir });
    if (!opened.ok) throw new Error(`cannot open ${dir}: ${opened.error.code}`);
    return { agent, mound: opened.value };
  }),
);
let stopped = false;

process.on("message", async (message) => {
  if (message === "stop") stopped = true;
  if (message !== "go") return;
  await Promise.all(clients.map(claimAll));
  process.send({ kind: "ended" });
});
// Without whoever counts the wins there is nothing to do.
process.on("disconnect", () => process.exit());
process.send({ kind: "ready" });

async function claimAll({ agent, mound }) {
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
}
