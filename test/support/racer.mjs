// One contender: clones the mound where it has no clone yet, waits for the start, tries for the task
// that all are after, and then claims whatever is left. Arguments: the library, the folder of the
// clone, the agent, the origin.
const [library, dir, agent, url] = process.argv.slice(2);
const { cloneMound, Mound } = await import(library);
const there = await Mound.open({ dir });
const opened = there.ok
  ? there
  : await cloneMound({ url, cwd: "/", dir, environment: process.env });
if (!opened.ok) throw new Error(`cannot open ${dir}: ${JSON.stringify(opened.error)}`);
const mound = opened.value;

process.on("message", async ({ wanted }) => {
  process.send({ kind: "tried", ...(await submit({ type: "claim", task: wanted })) });
  for (;;) {
    const said = await submit({ type: "next" });
    process.send({ kind: "took", ...said });
    if (said.fault !== undefined) break;
  }
  await mound.close();
  process.disconnect();
});
process.send({ kind: "ready" });

async function submit(command) {
  const [outcome] = await mound.submit(agent, [command], { project: false });
  if (!outcome.ok) return { agent, fault: outcome.error };
  const { answer, commit } = outcome.value;
  return { agent, task: answer.tasks[0], commit };
}
