/**
 * The main job, for real: a fresh mound, some forty tasks made from this repository's own source
 * files, five agent processes, one of them killed in the middle of a task, and a summary at the end.
 * Everything goes through the command, and the folder stays for looking.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COMMAND = join(ROOT, "dist", "mound.js");
const AGENTS = ["ant-1", "ant-2", "ant-3", "ant-4", "ant-5"];
const FILES = 40;
/** The agent that dies, in the middle of its second task. */
const VICTIM = "ant-3";
const VICTIM_TASK = 2;

const started = Date.now();
if (!existsSync(COMMAND)) await run("npm", ["run", "build"], { cwd: ROOT });
const folder = await mkdtemp(join(tmpdir(), "mound-demo-"));
const plan = join(folder, "plan");
const environment = { ...process.env, MOUND_CONFIG_HOME: join(folder, "config"), MOUND_AGENT: "" };

say(`A fresh mound in ${plan}`);
await mound(["init", plan, "--name", "demo", "--as", AGENTS[0]], folder);
for (const agent of AGENTS.slice(1)) await mound(["join", "--as", agent]);
const files = await largestSources();
const tasks = files.map((path, index) => ({
  label: `file-${index}`,
  title: `Measure ${relative(ROOT, path)}`,
  body: path,
}));
tasks.push({
  label: "summary",
  title: "Write the summary",
  after: tasks.map((task) => task.label),
});
await mound(
  ["task", "import", "-", "--as", AGENTS[0]],
  plan,
  tasks.map((task) => JSON.stringify(task)).join("\n"),
);
say(
  `${tasks.length} tasks: one for each of ${files.length} source files, and a summary that waits for them all\n`,
);

const tally = new Map(AGENTS.map((agent) => [agent, { tasks: 0, takeovers: 0, fate: "" }]));
let finished = 0;
await Promise.all(AGENTS.map(runAgent));
await report();

/** Runs one agent process to its end; kills the victim in the middle of a task. */
function runAgent(name) {
  return new Promise((resolve, reject) => {
    const script = join(ROOT, "test", "demo", "agent.mjs");
    const child = spawn(process.execPath, [script, name], {
      cwd: plan,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let claims = 0;
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const event = JSON.parse(line);
        if (event.event === "claimed") claims += 1;
        note(event);
        if (event.event === "claimed" && name === VICTIM && claims === VICTIM_TASK) {
          child.kill("SIGKILL");
          tally.get(name).fate = "killed";
          say(`  ${name} is killed while it works on "${event.title}"; its lease is 3 seconds`);
        }
      }
    });
    child.on("error", reject);
    child.on("close", (code, signal) =>
      code === 0 || signal === "SIGKILL"
        ? resolve()
        : reject(new Error(`${name} ended with ${code}`)),
    );
  });
}

function note({ event, agent, title, token }) {
  const own = tally.get(agent);
  if (event === "claimed" && token > 1) {
    own.takeovers += 1;
    say(`  ${agent} takes over "${title}" with token ${token}`);
  }
  if (event !== "done") return;
  own.tasks += 1;
  finished += 1;
  say(`  ${String(finished).padStart(2)}/${tasks.length}  ${agent}  ${title}`);
}

async function report() {
  const listed = await mound(["task", "list", "--limit", "1000"]);
  const open = listed.data.tasks.filter((task) => task.status !== "done");
  const summary = listed.data.tasks.find((task) => task.title === "Write the summary");
  say(`\nagent   tasks  takeovers`);
  for (const [agent, { tasks: count, takeovers, fate }] of tally) {
    say(
      `${agent.padEnd(7)} ${String(count).padStart(5)}  ${String(takeovers).padStart(9)}  ${fate}`,
    );
  }
  say(`\nSummary, by ${summary.result?.agent ?? "nobody"}: ${summary.result?.text ?? "none"}`);
  say(
    `${listed.data.tasks.length - open.length} of ${tasks.length} tasks done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  say("Look further:");
  for (const line of [
    `cd ${plan}`,
    "git log --oneline",
    `git log -- tasks/${summary.id.slice(0, 2)}/${summary.id}`,
    `cat tasks/${summary.id.slice(0, 2)}/${summary.id}/task.yaml`,
    "git log --show-signature -3",
    "node " + COMMAND + " status",
  ]) {
    say(`  ${line}`);
  }
  const takeovers = [...tally.values()].reduce((total, own) => total + own.takeovers, 0);
  if (open.length > 0 || takeovers === 0) {
    say(`\nSomething went wrong: ${open.length} tasks are not done, ${takeovers} were taken over.`);
    process.exitCode = 1;
  }
}

/** Runs the real command; answers its JSON document, or ends the demo with what it said. */
function mound(args, cwd = plan, input = "") {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [COMMAND, ...args, "--json"],
      { cwd, env: environment, maxBuffer: 1 << 26 },
      (_error, out) => {
        const answer = JSON.parse(
          out === "" ? '{"ok":false,"error":{"message":"no answer"}}' : out,
        );
        if (answer.ok) resolve(answer);
        else reject(new Error(answer.error.message));
      },
    );
    child.stdin.end(input);
  });
}

/** The largest source files of this repository. */
async function largestSources() {
  const found = [];
  for (const entry of await readdir(join(ROOT, "src"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    found.push({ path, size: (await readFile(path)).length });
  }
  return found
    .toSorted((a, b) => b.size - a.size)
    .slice(0, FILES)
    .map(({ path }) => path);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
