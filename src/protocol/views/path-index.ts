/** Files and folders of the code that something lies on, found by the globs that touch them. */
export class PathIndex<T> {
  readonly #exact: ReadonlyMap<string, T>;
  /** By folder, what lies at it or below; `""` is the root. */
  readonly #below = new Map<string, Marked<T>[]>();
  /** Tasks repeat their globs, and are looked at again and again. */
  readonly #found = new Map<string, readonly T[]>();

  /** `paths`: each once, in the order in which they are to be answered. */
  constructor(paths: readonly (readonly [string, T])[]) {
    this.#exact = new Map(paths);
    for (const [path, value] of paths) {
      const parts = path.split("/");
      for (const folder of ["", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))]) {
        const list = this.#below.get(folder);
        if (list === undefined) this.#below.set(folder, [{ parts, value }]);
        else list.push({ parts, value });
      }
    }
  }

  get size(): number {
    return this.#exact.size;
  }

  /** What lies on a path that one of the globs matches, above one, or below one; each once. */
  touchedBy(globs: readonly string[]): Iterable<T> {
    if (globs.length === 1) return this.#touching(globs[0]!);
    return new Set(globs.flatMap((glob) => this.#touching(glob)));
  }

  #touching(glob: string): readonly T[] {
    const known = this.#found.get(glob);
    if (known !== undefined) return known;
    const parts = glob.split("/");
    const wild = parts.findIndex((part) => /[*?]/.test(part));
    const plain = parts.slice(0, wild < 0 ? parts.length : wild);
    const found: T[] = [];
    for (let depth = 1; depth < plain.length; depth++) {
      const above = this.#exact.get(plain.slice(0, depth).join("/"));
      if (above !== undefined) found.push(above);
    }
    for (const marked of this.#below.get(plain.join("/")) ?? [])
      if (mayMeet(parts, marked.parts)) found.push(marked.value);
    this.#found.set(glob, found);
    return found;
  }
}

interface Marked<T> {
  readonly parts: readonly string[];
  readonly value: T;
}

/**
 * Whether a glob matches a path, or something below it; or, where the glob ends in a name without
 * wildcards, something above it: a folder that is named stands for what is in it. It goes along the
 * path with all the places in the glob at which one may be, so that no glob takes long.
 */
function mayMeet(glob: readonly string[], path: readonly string[]): boolean {
  const stays = !/[*?]/.test(glob.at(-1)!);
  let places = reached(glob, [0]);
  for (const name of path) {
    const next = [...places].flatMap((at) => {
      const part = glob[at];
      if (part === undefined) return stays ? [at] : [];
      if (part === "**") return [at];
      return matchesName(part, name) ? [at + 1] : [];
    });
    places = reached(glob, next);
  }
  return places.size > 0;
}

/** `**` may stand for nothing. */
function reached(glob: readonly string[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set(places);
  for (const at of all) if (glob[at] === "**") all.add(at + 1);
  return all;
}

/** `*` is any run of characters in a name, `?` one; the usual two-pointer walk, without going back twice. */
function matchesName(pattern: string, name: string): boolean {
  let [at, place, star, retry] = [0, 0, -1, 0];
  while (place < name.length) {
    if (at < pattern.length && pattern[at] === "*") {
      star = at++;
      retry = place;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[place])) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++retry;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
