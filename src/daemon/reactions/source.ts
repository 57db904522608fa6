import { statSync } from "node:fs";
import type { Result } from "../../base/result.ts";
import type { ReactionsFault } from "../../open/faults.ts";
import { loadReactions } from "./load.ts";
import type { Reaction } from "./reaction.ts";

type Loaded = Result<readonly Reaction[], ReactionsFault>;

/** The reactions file as it changes. */
export class ReactionsSource {
  readonly #path: string;
  readonly #workTree: string;
  /** The signatures of the file as it was loaded, and as it was at the last look. */
  #loaded: string | undefined;
  #looked: string | undefined;

  constructor(path: string, workTree: string) {
    this.#path = path;
    this.#workTree = workTree;
  }

  load(): Loaded {
    this.#looked = signatureOf(this.#path);
    this.#loaded = this.#looked;
    return loadReactions(this.#path, this.#workTree);
  }

  /** What the file says, once it has changed and then stayed the same from one look to the next. */
  look(): Loaded | undefined {
    const found = signatureOf(this.#path);
    const settled = found === this.#looked;
    this.#looked = found;
    if (!settled || found === this.#loaded) return undefined;
    const loaded = loadReactions(this.#path, this.#workTree);
    // What the system refuses now it may grant at the next look: too many files are open, say.
    if (loaded.ok || loaded.error.code !== "reactions-unreadable") this.#loaded = found;
    return loaded;
  }
}

/** Changes whenever the content of the file does; of a link, that of the file that it leads to. */
function signatureOf(path: string): string {
  try {
    const { dev, ino, size, mode, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mode, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "none";
  }
}
