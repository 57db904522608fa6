import type { GitObject } from "../../src/app/ports.ts";
import { hashObject } from "../../src/git/hash.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { encodeTree, FOLDER_MODE, type TreeEntry } from "../../src/protocol/objects.ts";

/** A file of a commit: its text, or a tree entry of any mode. */
export type File =
  | string
  | { readonly mode: string; readonly oid: Oid }
  | { readonly mode: string; readonly text: string };

export interface Built {
  readonly oid: Oid;
  readonly objects: readonly GitObject[];
}

export function object(type: GitObject["type"], bytes: Uint8Array): GitObject {
  return { oid: hashObject(type, bytes), type, bytes };
}

export function blob(text: string): GitObject {
  return object("blob", Buffer.from(text));
}

/** A commit whose tree holds exactly `files` (path to content), and all the objects that it needs. */
export function commit(
  files: Readonly<Record<string, File>>,
  parents: readonly Oid[],
  message: string,
): Built {
  const objects: GitObject[] = [];
  const tree = buildTree(Object.entries(files), objects);
  const who = "Ant <ant@example.org> 1767225600 +0000";
  const lines = [
    `tree ${tree}`,
    ...parents.map((oid) => `parent ${oid}`),
    `author ${who}`,
    `committer ${who}`,
  ];
  const made = object("commit", Buffer.from(`${lines.join("\n")}\n\n${message}\n`));
  return { oid: made.oid, objects: [...objects, made] };
}

function buildTree(files: readonly (readonly [string, File])[], objects: GitObject[]): Oid {
  const folders = new Map<string, [string, File][]>();
  const entries: TreeEntry[] = [];
  for (const [path, file] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      entries.push({ name: path, ...entry(file, objects) });
    } else {
      const name = path.slice(0, slash);
      folders.set(name, [...(folders.get(name) ?? []), [path.slice(slash + 1), file]]);
    }
  }
  for (const [name, inside] of folders) {
    entries.push({ name, mode: FOLDER_MODE, oid: buildTree(inside, objects) });
  }
  const made = object("tree", encodeTree(entries));
  objects.push(made);
  return made.oid;
}

function entry(file: File, objects: GitObject[]): { readonly mode: string; readonly oid: Oid } {
  if (typeof file !== "string" && "oid" in file) return file;
  const made = blob(typeof file === "string" ? file : file.text);
  objects.push(made);
  return { mode: typeof file === "string" ? "100644" : file.mode, oid: made.oid };
}
