/**
 * The main job, for real: a fresh mound, its daemon, forty tasks made from this repository's own source
 * files, five workers that are a line of shell each, one of them killed in the middle of a task, a
 * reaction that keeps a diary, and a summary at the end. Everything goes through the command, and the
 * folder stays for looking.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COMMAND = join(ROOT, "dist", "mound.js");
const WORKERS = ["ant-1", "ant-2", "ant-3", "ant-4", "ant-5"];
const WRITER = "ant-6";
const FILES = 40;
/** Short, so that a killed worker's task is soon taken over. */
const LEASE = "3s";
/** The worker that dies, in the middle of its second task. */
const VICTIM = "ant-3";
const VICTIM_TASK = 2;
/** What a worker is: a program that gets its task from the environment and prints the result. */
const MEASURE = 'sleep 0.3; grep -c "" "$CODE/${MOUND_TASK_TITLE#Measure }"';
const SUMMARISE = `node "$MOUND" task list --status done --limit 1000 --json | grep -o '"text":"[0-9]*' | cut -d '"' -f 4 | awk '{ sum += $1 } END { print NR " files, " sum " lines" }'`;

const started = Date.now();
if (!existsSync(COMMAND)) await run("npm", ["run", "build"], { cwd: ROOT });
const folder = await mkdtemp(join(tmpdir(), "mound-demo-"));
const plan = join(folder, "plan");
const diary = join(folder, "diary.ndjson");
const environment = {
  ...process.env,
  CODE: ROOT,
  MOUND: COMMAND,
  MOUND_CONFIG_HOME: join(folder, "config"),
  MOUND_AGENT: "",
};
/** Whatever is still running when the demo ends is ended with it. */
const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

say(`A fresh mound in ${plan}`);
await mound(["init", plan, "--name", "demo", "--as", WORKERS[0]], folder);
const files = await largestSources();
await addTasks(files);
await writeReactions();

const tally = new Map(WORKERS.map((agent) => [agent, { tasks: 0, takeovers: 0, fate: "" }]));
const claims = new Map(WORKERS.map((agent) => [agent, 0]));
const workers = new Map();
let finished = 0;
const daemon = await startDaemon(note);
say("The daemon runs; each worker is a line of shell:");
say(`  mound work --as ant-1 --can shell --until-empty -- sh -c '${MEASURE}'\n`);
await Promise.all([
  ...WORKERS.map((agent) => work(agent, ["--can", "shell"], MEASURE)),
  work(WRITER, ["--can", "summary"], SUMMARISE),
]);
daemon.kill("SIGTERM");
await ended(daemon);
await report();

async function addTasks(paths) {
  const tasks = paths.map((path, index) => ({
    label: `file-${index}`,
    title: `Measure ${relative(ROOT, path)}`,
    needs: ["shell"],
  }));
  const summary = {
    label: "summary",
    title: "Write the summary",
    needs: ["summary"],
    after: tasks.map((task) => task.label),
  };
  const lines = [...tasks, summary].map((task) => JSON.stringify(task)).join("\n");
  await mound(["task", "import", "-", "--as", WORKERS[0]], plan, lines);
  say(
    `${paths.length + 1} tasks: one for each of ${paths.length} source files, and a summary that waits`,
  );
}

/** The user's own file, outside of the repository: what is done is written into a diary. */
async function writeReactions() {
  const file = [
    "reactions:",
    "  - name: diary",
    "    on: [task.done, claim.expired]",
    `    run: [sh, -c, 'cat >> "$1"', sh, ${JSON.stringify(diary)}]`,
  ];
  await writeFile(join(folder, "reactions.yaml"), `${file.join("\n")}\n`);
}

/** Starts the daemon and tells every event of its stream; resolves when it is ready. */
function startDaemon(take) {
  const args = [COMMAND, "watch", "--json", "--reactions", join(folder, "reactions.yaml")];
  const child = start(args, plan);
  child.stderr.pipe(process.stderr);
  return new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`the daemon ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = JSON.parse(line);
      if (event.type === "ready") resolve(child);
      else take(event);
    });
  });
}

/** Runs one worker to its end. */
async function work(agent, options, line) {
  const args = ["-C", plan, "work", "--as", agent, "--lease", LEASE, "--until-empty", ...options];
  const child = start([COMMAND, ...args, "--", "sh", "-c", line], folder);
  let talk = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text) => (talk += text));
  workers.set(agent, child);
  const { code, signal } = await ended(child);
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`${agent} ended with ${code}: ${talk}`);
}

/** What the daemon tells: the demo knows nothing else of what its workers do. */
function note({ type, actor, agent, task, title, token }) {
  const own = tally.get(actor);
  if (type === "claim.expired" && own !== undefined) {
    own.takeovers += 1;
    say(`  ${actor} takes over "${title}" from ${agent}, whose token was ${token}`);
  }
  if (type === "task.claimed" && own !== undefined) {
    claims.set(actor, claims.get(actor) + 1);
    if (actor === VICTIM && claims.get(actor) === VICTIM_TASK) {
      workers.get(actor).kill("SIGKILL");
      own.fate = "killed";
      say(`  ${actor} is killed while it works on "${title}"; its lease is 3 seconds`);
    }
  }
  if (type !== "task.done") return;
  finished += 1;
  if (own !== undefined) own.tasks += 1;
  say(`  ${String(finished).padStart(2)}/${files.length + 1}  ${actor}  ${title ?? task}`);
}

async function report() {
  const { tasks } = (await mound(["task", "list", "--limit", "1000"])).data;
  const open = tasks.filter((task) => task.status !== "done");
  const summary = tasks.find((task) => task.title === "Write the summary");
  const written = (await readFile(diary, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const done = new Set(written.filter(({ type }) => type === "task.done").map(({ task }) => task));
  say(`\nworker  tasks  takeovers`);
  for (const [agent, { tasks: count, takeovers, fate }] of tally) {
    const columns = [agent.padEnd(7), String(count).padStart(5), String(takeovers).padStart(10)];
    say(`${columns.join(" ")}  ${fate}`);
  }
  say(
    `\nSummary, by ${summary.result?.agent ?? "nobody"}: ${summary.result?.text.trim() ?? "none"}`,
  );
  say(`The reaction wrote ${done.size} of ${tasks.length} finished tasks into ${diary}`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`${tasks.length - open.length} of ${tasks.length} tasks done in ${seconds} s\n`);
  say("Look further:");
  for (const line of [
    `cd ${plan}`,
    "git log --oneline",
    `git log -- tasks/${summary.id.slice(0, 2)}/${summary.id}`,
    `cat tasks/${summary.id.slice(0, 2)}/${summary.id}/task.yaml`,
    "git log --show-signature -3",
    `node ${COMMAND} events --on 'claim.*'`,
  ]) {
    say(`  ${line}`);
  }
  const takeovers = [...tally.values()].reduce((total, own) => total + own.takeovers, 0);
  const missing = tasks.length - done.size;
  if (open.length + missing > 0 || takeovers === 0) {
    say(
      `\nSomething went wrong: ${open.length} tasks are not done, ${takeovers} were taken over, ${missing} are not in the diary.`,
    );
    process.exitCode = 1;
  }
}

function start(args, cwd) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
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
