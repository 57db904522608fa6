import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { promisify } from "node:util";

/** What the processes of this machine have open, as far as this user may see it. */
export interface OpenFiles {
  /** The path of each open file, and one process that has it open. */
  readonly files: ReadonlyMap<string, number>;
  /** The git processes that may take locks, without those that this process has started. */
  readonly gits: readonly GitProcess[];
  /** Processes whose files this user may not see. */
  readonly hidden: readonly { readonly pid: number; readonly uid: number; readonly git: boolean }[];
}

export interface GitProcess {
  readonly pid: number;
  readonly cwd: string;
  /** Its words, joined by spaces. */
  readonly command: string;
}

/** Listing every open file of a busy machine takes `lsof` a second or two. */
const TIMEOUT_MS = 8_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** undefined where the system has no way to tell: neither `/proc` nor `lsof`. */
export async function openFiles(): Promise<OpenFiles | undefined> {
  if (process.platform === "linux") return fromProc();
  return process.platform === "win32" ? undefined : fromLsof();
}

function fromProc(): OpenFiles {
  const found: Draft = { files: new Map(), gits: [], hidden: [], parents: new Map() };
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    try {
      readProcess(pid, found);
    } catch {
      // It has ended meanwhile, and holds nothing any more.
    }
  }
  return finished(found);
}

interface Draft {
  readonly files: Map<string, number>;
  readonly gits: GitProcess[];
  readonly hidden: OpenFiles["hidden"][number][];
  readonly parents: Map<number, number>;
}

function readProcess(pid: number, found: Draft): void {
  const folder = `/proc/${pid}`;
  const status = readFileSync(`${folder}/status`, "latin1");
  found.parents.set(pid, Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]));
  const git = isGit(/^Name:\t(.*)$/m.exec(status)?.[1] ?? "");
  try {
    for (const handle of readdirSync(`${folder}/fd`)) {
      const path = linkOrNone(`${folder}/fd/${handle}`);
      if (path?.startsWith("/") === true) found.files.set(path, pid);
    }
    if (!git) return;
    const command = readFileSync(`${folder}/cmdline`, "utf8").replaceAll("\0", " ");
    found.gits.push({ pid, cwd: readlinkSync(`${folder}/cwd`), command });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM")
      found.hidden.push({ pid, uid: statSync(folder).uid, git });
  }
}

/** Without the gits that this process has started, and those that they have, and those that only read. */
function finished({ files, gits, hidden, parents }: Draft): OpenFiles {
  const isOwn = (pid: number): boolean => {
    const seen = new Set<number>();
    for (
      let at: number | undefined = pid;
      at !== undefined && !seen.has(at);
      at = parents.get(at)
    ) {
      if (at === process.pid) return true;
      seen.add(at);
    }
    return false;
  };
  return {
    files,
    gits: gits.filter(({ pid, command }) => !READER.test(command) && !isOwn(pid)),
    hidden,
  };
}

/** What a daemon keeps running; it takes no lock. */
const READER = / cat-file (\S+ )*--batch/;

/** A handle that was closed between the listing and the look is nobody's any more. */
function linkOrNone(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** `git`, and what it starts under names of its own: `git-remote-https`. */
function isGit(name: string): boolean {
  return /^git(-|$)/.test(name);
}

async function fromLsof(): Promise<OpenFiles | undefined> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES };
  const run = promisify(execFile);
  try {
    // lsof exits 1 when it could not look at everything, and still says what it saw.
    const listed = await run("lsof", ["-n", "-P", "-w", "-F", "pcfn"], options).catch(
      (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
    );
    const { stdout: commands } = await run("ps", ["-axo", "pid=,ppid=,uid=,command="], options);
    return listed.stdout === "" ? undefined : parseLsof(listed.stdout, commands);
  } catch {
    return undefined;
  }
}

/**
 * Reads `lsof -F pcfn` (lines of a letter and a value; `p` begins a process, `f` a file) and
 * `ps -axo pid=,ppid=,uid=,command=`. Processes that ps knows and lsof does not are hidden.
 */
export function parseLsof(listed: string, commands: string): OpenFiles {
  const found: Draft = { files: new Map(), gits: [], hidden: [], parents: new Map() };
  const words = new Map<number, string>();
  const seen = new Set<number>();
  for (const [, child, parent, , command = ""] of commands.matchAll(PROCESS)) {
    found.parents.set(Number(child), Number(parent));
    words.set(Number(child), command);
  }
  let [pid, git, handle] = [0, false, ""];
  for (const line of listed.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) {
      [pid, git] = [Number(value), false];
      seen.add(pid);
    } else if (line.startsWith("c")) git = isGit(value);
    else if (line.startsWith("f")) handle = value;
    else if (line.startsWith("n") && pid !== process.pid) {
      if (handle !== "cwd") found.files.set(value, pid);
      else if (git) found.gits.push({ pid, cwd: value, command: words.get(pid) ?? "" });
    }
  }
  for (const [, other, , uid, command = ""] of commands.matchAll(PROCESS)) {
    const program = command.split(" ")[0]!.replace(/^.*\//, "");
    if (!seen.has(Number(other)))
      found.hidden.push({ pid: Number(other), uid: Number(uid), git: isGit(program) });
  }
  return finished(found);
}

/** A line of ps: the process, its parent, its user, and its words. */
const PROCESS = /^ *(\d+) +(\d+) +(\d+) +(.*)$/gm;
