import { isAbsolute, join, relative } from "node:path";
import { readdir, stat } from "node:fs/promises";
import type { FSWatcher } from "chokidar";
import type { Watch } from "../app/ports.ts";
import { tellsOfRefs } from "./watched-path.ts";

/** `watch-polls`: the system has no more watches to give, so the folders are looked at instead. */
export interface WatchTrouble {
  readonly code: "watch-polls" | "watch-failed";
  readonly gitDir: string;
  readonly detail: string;
}

export interface GitWatchOptions {
  /** The git directories that hold refs: the common one of linked work trees. They need not exist yet. */
  readonly gitDirs: readonly string[];
  /** Only moves of this branch, of packed refs and of refs outside of heads and remotes are told. */
  readonly branch?: string;
  /** Told once for each kind of trouble; a watch in trouble goes on as well as it can. */
  readonly onTrouble?: (trouble: WatchTrouble) => void;
}

/** One move of a ref makes several events within a millisecond or two. */
const COALESCE_MS = 5;
/** What lies in a folder that is new was perhaps written before the folder was watched. */
const NEW_FOLDER_MS = 150;
/**
 * So often it is looked whether a folder was replaced by another, which no event tells for sure, and at
 * `packed-refs`: in the folder where that lies something changes with every command of git's, and a ref that moves
 * is written to a file of its own; only one that goes is told there.
 */
const LOOK_MS = 1_000;
/** A poll is a `stat` of each folder of refs; the poll floor of the line is 2 s. Chokidar's own polls
 * are not used: what moves between its start and its first `stat` they never tell. */
const POLL_MS = 500;
/** A watcher that ran into a limit may never say that it is ready. */
const READY_MS = 3_000;
/** The system's limits of files, inotify instances and watches. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOSPC", "ENOSYS"]);
const ABSENT = "absent";

/**
 * Watches the folders of refs, never a ref's own file: after `git pack-refs` that one is gone, and the
 * watch with it. Chokidar keeps track of the folders; its events for files are too coarse (of two
 * changes within 50 ms it tells the first), so the raw events of the folders are what counts.
 */
export function gitWatch(options: GitWatchOptions): Watch {
  return {
    async start(hint) {
      let stopped = false;
      let timer: NodeJS.Timeout | undefined;
      const soon = (): void => {
        if (stopped) return;
        timer ??= setTimeout(() => {
          timer = undefined;
          hint();
        }, COALESCE_MS);
      };
      const watched = options.gitDirs.map((gitDir) => new GitDirWatch(gitDir, options, soon));
      await Promise.all(watched.map((one) => one.start()));
      return async () => {
        stopped = true;
        clearTimeout(timer);
        await Promise.all(watched.map((one) => one.stop()));
      };
    },
  };
}

class GitDirWatch {
  readonly #gitDir: string;
  readonly #options: GitWatchOptions;
  readonly #soon: () => void;
  readonly #told = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #watcher: FSWatcher | undefined;
  /** The folders that are watched; undefined: they have to be watched anew. */
  #armed: string | undefined;
  #packed: string | undefined;
  #polls = false;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(gitDir: string, options: GitWatchOptions, soon: () => void) {
    this.#gitDir = gitDir;
    this.#options = options;
    this.#soon = soon;
  }

  async start(): Promise<void> {
    this.#packed = await this.#packedMark();
    await this.#arm();
    this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#looking;
    await this.#close();
  }

  #lookLater(): void {
    this.#after(this.#polls ? POLL_MS : LOOK_MS, () => {
      this.#looking = this.#look().finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const packed = await this.#packedMark();
    if (packed !== this.#packed) this.#soon();
    this.#packed = packed;
    if (this.#armed !== undefined && (await this.#mark()) === this.#armed) return;
    await this.#arm();
    this.#soon();
  }

  #packedMark(): Promise<string> {
    return changeOf(this.#gitDir, "packed-refs");
  }

  /** Twice, for the first attempt may be what finds out that polling is needed. */
  async #arm(): Promise<void> {
    for (let attempt = 0; attempt < 2 && !this.#stopped; attempt += 1) {
      await this.#close();
      // Taken before watching, so that what is replaced meanwhile is seen at the next look.
      this.#armed = await this.#mark();
      if (this.#armed === ABSENT || this.#polls) return;
      await this.#open().catch((error: unknown) => this.#failed(error));
      if (this.#armed !== undefined) return;
    }
  }

  /** Without watches the mark is of each folder's last change as well, and the looks are polls. */
  async #mark(): Promise<string> {
    const folders = await identity(this.#gitDir);
    if (folders === ABSENT || !this.#polls) return folders;
    return `${folders} ${await changes(this.#gitDir, this.#options.branch)}`;
  }

  async #open(): Promise<void> {
    const { watch } = await import("chokidar");
    const watcher = watch(join(this.#gitDir, "refs"), {
      ignoreInitial: true,
      atomic: false,
      followSymlinks: false,
      ignored: (path, stats) => this.#ignores(path, stats),
    });
    this.#watcher = watcher;
    const saw = (path: string): boolean => {
      const tells = tellsOfRefs(relative(this.#gitDir, path), this.#options.branch);
      if (tells) this.#soon();
      return tells;
    };
    watcher.on("raw", (event: string, path: string | null, at: unknown) => {
      const { watchedPath = "" } = at as { readonly watchedPath?: string };
      const full = path !== null && isAbsolute(path) ? path : join(watchedPath, path ?? "");
      saw(full);
      // Of a folder itself that goes, inotify names the folder as if it lay in itself.
      const gone = ["refs", join("refs", "refs")].includes(relative(this.#gitDir, full));
      if (event === "rename" && gone) this.#armed = undefined;
    });
    watcher.on("all", (event, path) => {
      if (saw(path) && event === "addDir") this.#after(NEW_FOLDER_MS, this.#soon);
    });
    watcher.on("error", (error) => this.#failed(error));
    await new Promise<void>((resolve) => {
      watcher.once("ready", resolve);
      watcher.once("error", () => resolve());
      this.#after(READY_MS, resolve);
    });
  }

  /** Files need no watches of their own. */
  #ignores(path: string, stats: { isDirectory(): boolean } | undefined): boolean {
    const name = relative(this.#gitDir, path);
    if (stats?.isDirectory() === false) return true;
    return !tellsOfRefs(name, this.#options.branch);
  }

  #failed(error: unknown): void {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!EXHAUSTED.has(code)) return this.#tell("watch-failed", message);
    this.#armed = undefined;
    this.#tell("watch-polls", message);
    this.#polls = true;
  }

  #tell(code: WatchTrouble["code"], detail: string): void {
    if (this.#stopped || this.#told.has(code)) return;
    this.#told.add(code);
    this.#options.onTrouble?.({ code, gitDir: this.#gitDir, detail });
  }

  async #close(): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    await watcher?.close();
  }

  #after(ms: number, then: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }
}

/** Tells a folder from another that was made in its place, perhaps with the same inode. */
async function identity(gitDir: string): Promise<string> {
  const marks = await Promise.all([gitDir, join(gitDir, "refs")].map(markOf));
  return marks[0] === ABSENT ? ABSENT : marks.join(" ");
}

/** A ref is written by a rename, which changes its folder. */
async function changes(gitDir: string, branch: string | undefined): Promise<string> {
  const below = await readdir(join(gitDir, "refs"), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const folders = below
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(gitDir, join(entry.parentPath, entry.name)))
    .filter((path) => tellsOfRefs(path, branch));
  return (await Promise.all(["refs", ...folders].map((path) => changeOf(gitDir, path)))).join(" ");
}

async function changeOf(gitDir: string, path: string): Promise<string> {
  const found = await stat(join(gitDir, path), { bigint: true }).catch(() => undefined);
  return found === undefined ? ABSENT : `${path}:${found.ino}:${found.mtimeNs}`;
}

async function markOf(folder: string): Promise<string> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  if (found === undefined) return ABSENT;
  // A file system that keeps no time of birth gives that of the last change, which is no mark.
  const born = found.birthtimeNs === found.ctimeNs ? "" : found.birthtimeNs;
  return `${found.dev}:${found.ino}:${born}`;
}
