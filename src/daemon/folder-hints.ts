import { stat } from "node:fs/promises";
import type { FSWatcher } from "chokidar";

/** Says when something in a folder may have changed; the folder may come, go and come again. */
export class FolderHints {
  readonly #folder: string;
  readonly #hint: () => void;
  readonly #onTrouble: (message: string) => void;
  #watcher: FSWatcher | undefined;
  /** The folder that is listened to; another may lie at its path by now. */
  #armed: string | undefined;
  #told = false;

  constructor(folder: string, hint: () => void, onTrouble: (message: string) => void) {
    this.#folder = folder;
    this.#hint = hint;
    this.#onTrouble = onTrouble;
  }

  /** Listens to the folder that is there now; to be called now and then. */
  async follow(): Promise<void> {
    const found = await identity(this.#folder);
    if (found === this.#armed) return;
    await this.stop();
    this.#armed = found;
    if (found !== undefined) await this.#listen();
  }

  async stop(): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    this.#armed = undefined;
    await watcher?.close();
  }

  async #listen(): Promise<void> {
    const { watch } = await import("chokidar");
    const options = { ignoreInitial: true, atomic: false, followSymlinks: false };
    const watcher = watch(this.#folder, options);
    this.#watcher = watcher;
    watcher.on("all", this.#hint);
    // Of two changes within a few milliseconds the coarse events tell the first.
    watcher.on("raw", this.#hint);
    watcher.on("error", (error) => {
      if (this.#told) return;
      this.#told = true;
      this.#onTrouble(`${this.#folder} is looked at now and then only: ${String(error)}`);
    });
  }
}

/** Tells a folder from another that was made in its place. */
async function identity(folder: string): Promise<string | undefined> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  return found?.isDirectory() === true
    ? `${found.dev}:${found.ino}:${found.birthtimeNs}`
    : undefined;
}
