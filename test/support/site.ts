import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type * as Library from "../../src/index.ts";
import type { AgentId, Command, Mound } from "../../src/index.ts";
import { git } from "../contract/clone.ts";
import type { Place } from "./command.ts";
import { copyModel, modelOf, type Model } from "./models.ts";

const LIBRARY = join(import.meta.dirname, "../../dist/index.js");

/** The built library, as it is published. */
export const library = (await import(pathToFileURL(LIBRARY).href)) as typeof Library;

/** A mound at a bare repository, with its members and tasks, in a folder that the test owns. */
export interface Site {
  readonly dir: string;
  /** The bare repository. */
  readonly origin: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly tasks: readonly string[];
  /** Commits on the line before anything that is tested. */
  readonly founding: number;
}

export interface Wish {
  readonly agents: readonly string[];
  readonly tasks: number;
  /** Each task waits for the one so many before it. */
  readonly gap?: number;
  /** How many agents may try a task before it counts as failed. */
  readonly attempts?: number;
  /** Of mound.yaml. */
  readonly set?: Readonly<Record<string, string>>;
}

const ROOT = "root" as AgentId;

/** A folder that is gone when the test is over. */
export async function testFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mound-test-"));
  // A git that was orphaned may still write while the folder is removed.
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 10 }));
  return path;
}

/** An environment with the keys of this test, and nothing of the user's own. */
export function environmentIn(dir: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: join(dir, "home"),
    MOUND_CONFIG_HOME: join(dir, "config"),
    GIT_CONFIG_NOSYSTEM: "1",
  };
  return environment;
}

/**
 * A site of the test's own. The first of its kind in a run of the tests is founded, in full, as a model;
 * each is a copy: a bare repository is the same wherever it lies, and so is a folder of keys.
 */
export async function foundSite(wish: Wish): Promise<Site> {
  const model = await modelOf(`site ${JSON.stringify(wish)}`, (folder) => found(folder, wish));
  const dir = await testFolder();
  modelsOfSites.set(dir, model);
  const origin = join(dir, "origin.git");
  for (const part of ["origin.git", "home", "config"])
    copyModel(model, part, join(dir, part), [["origin.git", origin]]);
  const { tasks, founding } = model.facts;
  return { dir, origin, environment: environmentIn(dir), tasks, founding };
}

interface Founded {
  readonly tasks: readonly string[];
  readonly founding: number;
  readonly refs: string;
}

/** By the folders of the sites. */
const modelsOfSites = new Map<string, Model<Founded>>();

/** Founds a mound whose origin is a bare repository, as an administrator makes one. */
async function found(
  dir: string,
  { agents, tasks, gap, attempts, set = {} }: Wish,
): Promise<Founded> {
  const environment = environmentIn(dir);
  const origin = join(dir, "origin.git");
  await mkdir(join(dir, "home"));
  await git(origin, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  const mound = must(
    await library.foundMound({
      dir: join(dir, "founder"),
      agent: ROOT,
      name: "acceptance",
      membership: "open",
      remote: origin,
      environment,
    }),
  );
  const commands: Command[] = Object.entries(set).map(([key, value]) => ({
    type: "configure",
    set: { key, value } as NonNullable<Extract<Command, { type: "configure" }>["set"]>,
  }));
  const added = Array.from({ length: tasks }, (_, index) => ({
    title: `task ${index + 1}`,
    label: `t${index}`,
    ...(gap === undefined || index < gap ? {} : { after: [`t${index - gap}`] }),
    ...(attempts === undefined ? {} : { attempts }),
  }));
  commands.push({ type: "add", tasks: added });
  const outcomes = (await mound.submit(ROOT, commands)).map(must);
  for (const agent of agents) await enrol(mound, agent);
  await mound.close();
  const ids = outcomes.at(-1)!.answer.tasks;
  const clone = join(dir, "clone");
  const cloned = must(await library.cloneMound({ url: origin, cwd: dir, dir: clone, environment }));
  await cloned.close();
  const [founding, refs] = [await countCommits(origin), await refsOf(origin)];
  return { tasks: ids, founding, refs };
}

/** Makes an agent a member, with a key in the environment of the mound. */
async function enrol(mound: Mound, name: string): Promise<void> {
  const agent = name as AgentId;
  const key = must(await mound.keys.createKey(mound.id, agent));
  const signer = must(await mound.signer(agent));
  const [outcome] = await mound.submitSigned(agent, signer, [{ type: "join", key }]);
  must(outcome!);
}

/**
 * Clones the mound and says where. `url`: another way to the origin. While nothing has been added to the
 * site since it was founded, a clone that was made then is copied.
 */
export async function cloneFor(site: Site, name: string, url = site.origin): Promise<Place> {
  const { environment } = site;
  const cwd = join(site.dir, name);
  const place = { cwd, environment: { ...environment, MOUND_AGENT: name } };
  const model = modelsOfSites.get(site.dir);
  if (model !== undefined && url === site.origin && (await isNew(site, model.facts))) {
    copyModel(model, "clone", cwd, [
      ["origin.git", url],
      ["clone", cwd],
    ]);
    return place;
  }
  const mound = must(await library.cloneMound({ url, cwd: site.dir, dir: cwd, environment }));
  await mound.close();
  return place;
}

/** Whether the origin is as it was founded, all its refs. */
async function isNew({ origin }: Site, { refs }: Founded): Promise<boolean> {
  return (await refsOf(origin)) === refs;
}

function refsOf(origin: string): Promise<string> {
  return git(origin, "for-each-ref");
}

/** The operations of a clone that were begun and not answered, by their nonces. */
export async function journalOf({ cwd }: Place): Promise<readonly string[]> {
  const folder = join(cwd, ".git/mound/journal");
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  const pages = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return pages.flatMap((page) =>
    (JSON.parse(page) as { entries: { nonce: string }[] }).entries.map(({ nonce }) => nonce),
  );
}

export async function countCommits(origin: string): Promise<number> {
  return Number(await git(origin, "rev-list", "--count", "main"));
}

/** The tasks that somebody holds, by the files at the origin. */
export async function heldTasks(origin: string): Promise<readonly string[]> {
  const paths = await git(origin, "ls-tree", "-r", "--name-only", "main", "tasks/");
  return paths
    .split("\n")
    .flatMap((path) => /^tasks\/..\/([^/]+)\/claim\.lock$/.exec(path)?.[1] ?? []);
}

/** The value of a Result; a fault ends the test with all its facts. */
export function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (result.ok) return result.value;
  throw new Error(`met ${JSON.stringify(result.error)}`);
}
