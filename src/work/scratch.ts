import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { moundFolder } from "../git/clone.ts";
import { isAlive } from "../git/process-alive.ts";
import { resultsFolder } from "../open/result-file.ts";
import { LINE_CHARS, LIST_ITEMS } from "../protocol/limits.ts";
import { Collector } from "./collect.ts";
import type { TakenTask } from "./desk.ts";
import type { ProgramResult } from "./program.ts";
import { ProgressFile } from "./progress-file.ts";

/** A list of references is short; what is beyond is a mistake. */
const REFS_BYTES = 64 * 1024;

/** Removes what workers that were killed have left. */
export async function sweepScratch(commonDir: string): Promise<void> {
  const parent = scratchFolder(commonDir);
  const names = await readdir(parent).catch(() => []);
  for (const name of names)
    if (!isAlive(Number.parseInt(name, 10)))
      await rm(join(parent, name), { recursive: true, force: true });
}

function scratchFolder(commonDir: string): string {
  return join(moundFolder(commonDir), "work");
}

/** The files by which PROGRAM and its worker speak, in a folder that goes when the task has ended. */
export class Scratch {
  readonly progress: ProgressFile;
  /** Standard output. */
  readonly output: Collector;
  readonly variables: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #written: Collector;
  #chosen: Collector;

  private constructor(folder: string, results: string, task: string) {
    const at = (name: string): string => join(folder, name);
    this.#folder = folder;
    this.progress = new ProgressFile(at("progress"));
    this.output = new Collector({ spill: at("output"), folder: results, task });
    this.#written = new Collector({ spill: at("written"), folder: results, task });
    this.#chosen = this.output;
    this.variables = {
      MOUND_PROGRESS: at("progress"),
      MOUND_RESULT: at("result"),
      MOUND_REFS: at("refs"),
    };
  }

  static async make(commonDir: string, task: TakenTask): Promise<Scratch> {
    const folder = join(scratchFolder(commonDir), `${process.pid}-${task.id}-${task.token}`);
    const results = resultsFolder(commonDir);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(results, { recursive: true });
    // Programs append to it, and people look into it before anything was said.
    await writeFile(join(folder, "progress"), "");
    return new Scratch(folder, results, task.id);
  }

  /** Where the result came from: the file, where it is not empty, else standard output. */
  get chosen(): Collector {
    return this.#chosen;
  }

  /** Reads what PROGRAM has left, once it has ended. */
  async collect(): Promise<{ result: ProgramResult | undefined; refs: readonly string[] }> {
    const path = join(this.#folder, "result");
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true && found.size > 0) {
      await this.#written.drain(createReadStream(path));
      this.#chosen = this.#written;
    }
    return { result: await this.#chosen.result(), refs: await this.#refs() };
  }

  async dispose(): Promise<void> {
    await this.output.dispose();
    await this.#written.dispose();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #refs(): Promise<readonly string[]> {
    const path = join(this.#folder, "refs");
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true || found.size > REFS_BYTES) return [];
    const text = await readFile(path, "utf8").catch(() => "");
    const refs = text.split("\n").map((line) => line.replace(/^ref:/, "").trim());
    return refs.filter((ref) => ref !== "" && ref.length <= LINE_CHARS).slice(0, LIST_ITEMS);
  }
}
