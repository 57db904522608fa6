import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { promisify } from "node:util";

/** What the processes of this machine have open, as far as this user may see it. */
export interface OpenFiles {
  /** The path of each open file, and one process that has it open. */
  readonly files: ReadonlyMap<string, number>;
  /** The git processes other than those that this process has started. */
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
  const found = {
    files: new Map<string, number>(),
    gits: [] as GitProcess[],
    hidden: [] as Hidden,
  };
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    try {
      readProcess(pid, found);
    } catch {
      // It has ended meanwhile, and holds nothing any more.
    }
  }
  return found;
}

type Hidden = OpenFiles["hidden"][number][];

function readProcess(
  pid: number,
  found: { files: Map<string, number>; gits: GitProcess[]; hidden: Hidden },
): void {
  const folder = `/proc/${pid}`;
  const status = readFileSync(`${folder}/status`, "latin1");
  if (Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]) === process.pid) return;
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
    const listed = await run("lsof", ["-n", "-P", "-w", "-F", "pcRufn"], options).catch(
      (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
    );
    const { stdout: commands } = await run("ps", ["-axo", "pid=,command="], options);
    return listed.stdout === "" ? undefined : parseLsof(listed.stdout, commands);
  } catch {
    return undefined;
  }
}

/**
 * Reads `lsof -F pcRufn` (lines of a letter and a value; `p` begins a process, `f` a file) and
 * `ps -axo pid=,command=`. Processes that ps knows and lsof does not are hidden from this user.
 */
export function parseLsof(listed: string, commands: string): OpenFiles {
  const command = new Map(
    [...commands.matchAll(/^ *(\d+) (.*)$/gm)].map(([, pid, words]) => [Number(pid), words!]),
  );
  const files = new Map<string, number>();
  const gits: GitProcess[] = [];
  const seen = new Set<number>();
  let [pid, own, git, handle] = [0, false, false, ""];
  for (const line of listed.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) {
      [pid, own, git] = [Number(value), Number(value) === process.pid, false];
      seen.add(pid);
    } else if (line.startsWith("R")) own ||= Number(value) === process.pid;
    else if (line.startsWith("c")) git = isGit(value);
    else if (line.startsWith("f")) handle = value;
    else if (line.startsWith("n") && !own) {
      if (handle !== "cwd") files.set(value, pid);
      else if (git) gits.push({ pid, cwd: value, command: command.get(pid) ?? "" });
    }
  }
  const hidden = [...command].flatMap(([other, words]) =>
    seen.has(other) ? [] : [{ pid: other, uid: -1, git: isGit(words.replace(/^\S*\//, "")) }],
  );
  return { files, gits, hidden };
}
