/**
 * What refused commits have left in the tree: every path at which it is not as the state implies. The
 * state itself notes only legal paths, and of junk only some; here the trees are compared.
 */
import type { Leftover } from "../protocol/commands/plan.ts";
import type { Oid } from "../protocol/ids.ts";
import {
  decodeTree,
  encodeTree,
  FILE_MODE,
  FOLDER_MODE,
  isFolder,
  type TreeEntry,
} from "../protocol/objects.ts";
import type { RefusalState } from "../protocol/refusal-state.ts";
import type { View } from "../protocol/state.ts";
import { blame } from "./blame.ts";
import type { History, Objects } from "./ports.ts";
import { canonicalMode } from "./tree-diff.ts";

interface LeftoverPorts {
  readonly objects: Pick<Objects, "name" | "read">;
  readonly history: History;
}

/** What the state says that is needed here. */
export interface Implied {
  /** In order of path. */
  readonly files: readonly (readonly [path: string, oid: Oid])[];
  readonly refusals: readonly RefusalState[];
}

export function implied(view: View): Implied {
  const files = view.keys("file/").map((key) => {
    const { oid } = view.get(key as `file/${string}`)!;
    return [key.slice("file/".length), oid] as const;
  });
  return { files, refusals: view.get("refusals") ?? [] };
}

/**
 * Trees that are looked at in one go. A mound of 10,000 tasks has some 30,000; a stranger may nest
 * folders so that a small repository stands for more of them than anybody can count.
 */
const TREES_MAX = 200_000;

/** At most `limit` of the paths at which `tree` differs, in an order in which they can be mended. */
export async function findLeftovers(
  { files, refusals }: Implied,
  tree: Oid,
  ports: LeftoverPorts,
  limit: number,
): Promise<readonly Leftover[]> {
  const good = goodTree(files, ports.objects);
  if (good.oid === tree) return [];
  const found = await compareTrees(good, tree, ports.objects, limit);
  const culprits = await blame(
    found.flatMap(({ path, unseen }) => (unseen ? [] : path)),
    refusals,
    ports,
  );
  return found.map((leftover) => ({ ...leftover, by: culprits.get(leftover.path) }));
}

/** A folder as it should be. */
interface GoodFolder {
  readonly files: Map<string, Oid>;
  readonly folders: Map<string, GoodFolder>;
  oid: Oid | undefined;
}

/** Hashing every folder that there should be costs less than reading those of them that are right. */
function goodTree(files: Implied["files"], objects: Pick<Objects, "name">): GoodFolder {
  const root = emptyFolder();
  for (const [path, oid] of files) {
    const names = path.split("/");
    let folder = root;
    for (const name of names.slice(0, -1)) {
      const inner = folder.folders.get(name) ?? emptyFolder();
      folder.folders.set(name, inner);
      folder = inner;
    }
    folder.files.set(names.at(-1)!, oid);
  }
  nameFolder(root, objects);
  return root;
}

function emptyFolder(): GoodFolder {
  return { files: new Map(), folders: new Map(), oid: undefined };
}

function nameFolder(folder: GoodFolder, objects: Pick<Objects, "name">): Oid {
  const entries: TreeEntry[] = [];
  for (const [name, oid] of folder.files) entries.push({ mode: FILE_MODE, name, oid });
  for (const [name, inner] of folder.folders)
    entries.push({ mode: FOLDER_MODE, name, oid: nameFolder(inner, objects) });
  folder.oid = objects.name("tree", encodeTree(entries));
  return folder.oid;
}

type Unblamed = Omit<Leftover, "by">;

/** A folder that is to be compared, or a finding that comes when those before it are told. */
type Step =
  | {
      readonly prefix: string;
      readonly good: GoodFolder | undefined;
      readonly tree: Oid | undefined;
    }
  | Unblamed;

async function compareTrees(
  good: GoodFolder,
  tree: Oid,
  objects: Pick<Objects, "read">,
  limit: number,
): Promise<readonly Unblamed[]> {
  const found: Unblamed[] = [];
  const steps: Step[] = [{ prefix: "", good, tree }];
  for (let trees = 0; found.length < limit && trees < TREES_MAX;) {
    const step = steps.pop();
    if (step === undefined) break;
    if ("path" in step) {
      found.push(step);
    } else if (step.good?.oid !== step.tree) {
      const object = step.tree === undefined ? undefined : await objects.read(step.tree);
      // What is not there, or is no tree, holds nothing that could be taken out of it.
      const entries = object?.type === "tree" ? decodeTree(object.bytes) : [];
      steps.push(...compareFolder(step.prefix, step.good, entries).toReversed());
      trees += 1;
    }
  }
  return found;
}

/** In the order in which it can be mended: what stands in the way of something goes before it comes. */
function compareFolder(
  prefix: string,
  good: GoodFolder | undefined,
  entries: readonly TreeEntry[],
): readonly Step[] {
  const present = new Map(entries.map((entry) => [entry.name, entry]));
  const twice = present.size < entries.length ? repeatedNames(entries) : new Set();
  const names = [...present.keys(), ...(good?.files.keys() ?? []), ...(good?.folders.keys() ?? [])];
  return [...new Set(names)].toSorted(byCodeUnit).flatMap((name): readonly Step[] => {
    // Taking one of two entries away looks to git as if the name were gone: no legal commit does that.
    if (twice.has(name)) return [];
    const path = prefix + name;
    const is = present.get(name);
    const file = good?.files.get(name);
    const folder = good?.folders.get(name);
    const inner = is !== undefined && isFolder(is.mode) ? is.oid : undefined;
    const below: Step = { prefix: `${path}/`, good: folder, tree: inner };
    const stands = is === undefined || inner !== undefined ? undefined : is;
    const told = compareFile(path, file, stands);
    const asks = inner !== undefined || folder !== undefined ? [below] : [];
    return file === undefined ? [...told, ...asks] : [...asks, ...told];
  });
}

function repeatedNames(entries: readonly TreeEntry[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(entries.flatMap(({ name }) => (seen.size === seen.add(name).size ? name : [])));
}

function compareFile(
  path: string,
  good: Oid | undefined,
  is: TreeEntry | undefined,
): readonly Unblamed[] {
  if (good === is?.oid && (is === undefined || is.mode === FILE_MODE)) return [];
  const unseen = good !== undefined && good === is?.oid && canonicalMode(is.mode) === FILE_MODE;
  return [{ path, good, unseen }];
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
