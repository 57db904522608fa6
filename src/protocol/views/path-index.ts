import { globTouches } from "../rules/globs.ts";

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
        if (list === undefined) this.#below.set(folder, [{ path, value }]);
        else list.push({ path, value });
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
    for (const { path, value } of this.#below.get(plain.join("/")) ?? [])
      if (globTouches(glob, path)) found.push(value);
    this.#found.set(glob, found);
    return found;
  }
}

interface Marked<T> {
  readonly path: string;
  readonly value: T;
}
