import { readdir, readFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../contract/clone.ts";
import { type Line, live, type Live } from "./live.ts";
import type { Place } from "./command.ts";
import { countCommits, type Site } from "./site.ts";

/** What one run of a worker's program was told. */
export interface Run {
  readonly agent: string;
  readonly task: string;
  readonly token: number;
}

/**
 * The program of every worker: says at once in a file of its own agent's what it was told, works for
 * a moment, and gives a result that names both.
 */
function program(folder: string, seconds: string): readonly string[] {
  const script = `cat > /dev/null
echo "$MOUND_AGENT $MOUND_TASK $MOUND_TASK_TOKEN" >> '${folder}'/"$MOUND_AGENT"
sleep ${seconds}
echo "$MOUND_TASK by $MOUND_AGENT under $MOUND_TASK_TOKEN"`;
  return ["sh", "-c", script];
}

export interface WorkerWish {
  readonly agent: string;
  /** As `sleep` takes it: how long a task takes. */
  readonly seconds?: string;
  readonly options?: readonly string[];
}

/** The workers of a site, and what became of what they did. */
export class Fleet {
  readonly site: Site;
  readonly #folder: string;
  readonly workers: Live[] = [];

  private constructor(site: Site, folder: string) {
    this.site = site;
    this.#folder = folder;
  }

  static async at(site: Site): Promise<Fleet> {
    const folder = join(site.dir, "runs");
    await mkdir(folder);
    return new Fleet(site, folder);
  }

  /** Starts `mound work --until-empty` in a clone. */
  start(place: Place, { agent, seconds = "0", options = [] }: WorkerWish): Live {
    const words = ["work", "--as", agent, "--until-empty", ...options, "--"];
    const worker = live(place, ...words, ...program(this.#folder, seconds));
    this.workers.push(worker);
    return worker;
  }

  /** Every run of a program that began, by its own account. */
  async runs(): Promise<readonly Run[]> {
    const names = await readdir(this.#folder);
    const texts = await Promise.all(
      names.map((name) => readFile(join(this.#folder, name), "utf8")),
    );
    return texts.flatMap((text) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => {
          const [agent, task, token] = line.split(" ");
          return { agent: agent!, task: task!, token: Number(token) };
        }),
    );
  }

  /** What all workers said of one kind: `claimed`, `done`, `lost`. */
  said(type: string): readonly Line[] {
    return this.workers.flatMap(({ lines }) => lines.filter((line) => line["type"] === type));
  }
}

/** How often the branch of the origin was moved, since its log was switched on. */
export async function pushesTo(origin: string): Promise<number> {
  return (await readFile(join(origin, "logs/refs/heads/main"), "utf8")).trimEnd().split("\n")
    .length;
}

/** Lets an origin note each move of its branch; answers how many commits there are by then. */
export async function notePushes(origin: string): Promise<number> {
  await git(origin, "config", "core.logAllRefUpdates", "true");
  return countCommits(origin);
}
