import { spawn } from "node:child_process";

/** Runs git and answers its output; throws with git's own words where it fails. */
export async function git(args, { env = {}, cwd } = {}) {
  const child = spawn("git", args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  try {
    return (await lines(child)).join("\n");
  } catch (error) {
    throw new Error(`git ${args.join(" ")}: ${error.message}: ${stderr.trim()}`, { cause: error });
  }
}

/** The one line that a plumbing command prints about the repository at `dir`. */
export async function gitLine(args, dir) {
  return (await git(["-C", dir, ...args])).trim();
}

/** What a child writes to its stdout, in lines; throws where it ends with another code than 0. */
export function lines(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(text.trimEnd().split("\n"));
      else reject(new Error(`it ended with ${code}`));
    });
  });
}
