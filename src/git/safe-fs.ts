import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join, resolve, sep } from "node:path";

/** git's own prefix: `git gc` removes such files when a crash leaves one. */
const TEMPORARY_PREFIX = "tmp_obj_";
/** As git leaves its objects: nobody may write them again. */
const OBJECT_MODE = 0o444;
/** More often than a folder that was just made is ever found empty again. */
const FOLDER_TRIES = 8;
const OBJECT_PATH = /^[0-9a-f]{2}\/[0-9a-f]{38}$/;

/**
 * The file system that isomorphic-git sees. A file is written under a temporary name in the same
 * folder and renamed, so that a process killed at any moment leaves no truncated object (its own
 * writes go straight to the final name and are never repaired). Only loose objects can be written:
 * everything else throws, so no ref and no index is ever touched. The packs are hidden, because
 * isomorphic-git would read each of them whole.
 *
 * The calls inside are synchronous: an object is one small file, for which node's thread pool costs
 * several times what the write itself does.
 */
export function safeFs(gitDir: string, durable = false): { readonly promises: SafeFs } {
  const objects = resolve(gitDir, "objects");
  const inside = (path: string): string => {
    const absolute = resolve(path);
    if (absolute !== objects && !absolute.startsWith(objects + sep))
      throw new Error(`not in the object store: ${path}`);
    return absolute;
  };
  return {
    promises: {
      readFile: async (path) => readFileSync(inside(path)),
      readdir: async (path) =>
        inside(path) === join(objects, "pack") ? [] : readdirSync(inside(path)),
      stat: async (path) => statSync(path),
      lstat: async (path) => lstatSync(path),
      mkdir: async (path) => {
        mkdirSync(inside(path));
      },
      writeFile: async (path, content) => {
        const absolute = inside(path);
        const name = absolute
          .slice(objects.length + 1)
          .split(sep)
          .join("/");
        if (!OBJECT_PATH.test(name) || typeof content === "string")
          throw new Error(`not a loose object: ${path}`);
        insist(absolute, () => writeAtomically(absolute, content, durable));
      },
      unlink: refuse,
      rmdir: refuse,
      rm: refuse,
      symlink: refuse,
      readlink: refuse,
    },
  };
}

export interface SafeFs {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly readdir: (path: string) => Promise<string[]>;
  readonly stat: (path: string) => Promise<unknown>;
  readonly lstat: (path: string) => Promise<unknown>;
  readonly mkdir: (path: string) => Promise<void>;
  readonly writeFile: (path: string, content: Uint8Array | string) => Promise<void>;
  readonly unlink: (path: string) => Promise<never>;
  readonly rmdir: (path: string) => Promise<never>;
  readonly rm: (path: string) => Promise<never>;
  readonly symlink: (path: string) => Promise<never>;
  readonly readlink: (path: string) => Promise<never>;
}

/** `git gc` takes a folder away that has just become empty, in between any two calls. */
function insist(path: string, write: () => void): void {
  for (let tries = 1; ; tries += 1) {
    try {
      return write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === FOLDER_TRIES) throw error;
    }
    makeFolder(dirname(path));
  }
}

/** The one folder: an object store that is gone as a whole does not come into being by this. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function writeAtomically(path: string, content: Uint8Array, durable: boolean): void {
  const temporary = join(dirname(path), TEMPORARY_PREFIX + randomBytes(8).toString("hex"));
  try {
    // On disk before it has its name, as `core.fsync=committed` has it.
    writeFileSync(temporary, content, { mode: OBJECT_MODE, flag: "wx", flush: durable });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function refuse(path: string): Promise<never> {
  throw new Error(`objects are only ever added: ${path}`);
}
