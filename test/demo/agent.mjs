/**
 * One agent of the demo: a process that knows nothing but the command. It takes a task, does it for
 * real, records the result, and takes the next, until the parent says that all is done.
 *
 * Usage: node agent.mjs NAME   (stdout: one JSON line for each thing that happens)
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../dist/mound.js", import.meta.url));
/** Short, so that a killed agent's task is soon taken over. */
const LEASE = "3s";
/** An agent that finds nothing looks again after this many milliseconds. */
const PAUSE_MS = 400;
const name = process.argv[2];

for (;;) {
  const taken = await mound("next", "--claim", "--lease", LEASE);
  if (taken.ok) await work(taken.data.task);
  else if (taken.error.code === "nothing-to-take" && (await allDone())) break;
  else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

async function work(task) {
  say("claimed", { task: task.id, title: task.title, token: task.token });
  const shown = (await mound("task", "show", task.id)).data.task;
  const result = shown.after.length > 0 ? await summarise() : await measure(shown.body);
  const done = await mound("done", task.id, "--result", result);
  say(done.ok ? "done" : "lost", {
    task: task.id,
    title: task.title,
    why: done.ok ? "" : done.error.code,
  });
}

/** Counts the lines, the exports and the share of comments of a source file. */
async function measure(path) {
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const exported = lines.filter((line) => line.startsWith("export ")).length;
  const comments = lines.filter((line) => /^\s*(\/\/|\/\*|\*)/.test(line)).length;
  return `${lines.length} lines, ${exported} exports, ${Math.round((100 * comments) / lines.length)} % comments`;
}

/** Adds up what the other tasks found. */
async function summarise() {
  const { tasks } = (await mound("task", "list", "--status", "done", "--limit", "1000")).data;
  const found = tasks
    .map((task) => /^(\d+) lines, (\d+) exports, (\d+) % comments$/.exec(task.result?.text ?? ""))
    .filter(Boolean);
  const sum = (index) => found.reduce((total, match) => total + Number(match[index]), 0);
  const share =
    found.reduce((total, match) => total + Number(match[1]) * Number(match[3]), 0) /
    Math.max(1, sum(1));
  return `${found.length} files, ${sum(1)} lines, ${sum(2)} exports, ${Math.round(share)} % comments`;
}

async function allDone() {
  const listed = await mound("task", "list", "--limit", "1000");
  return listed.ok && listed.data.tasks.every((task) => task.status === "done");
}

/** Runs the real command; answers its JSON document. */
function mound(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args, "--json", "--as", name], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => (out += chunk));
    child.on("error", reject);
    child.on("close", () => {
      try {
        resolve(JSON.parse(out));
      } catch {
        reject(new Error(`mound ${args.join(" ")} answered: ${out}`));
      }
    });
  });
}

function say(event, facts) {
  process.stdout.write(`${JSON.stringify({ event, agent: name, ...facts })}\n`);
}
