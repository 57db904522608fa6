import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "./run.ts";

/** Loose objects above which a repository is packed: git's own default for `gc.auto`. */
const LOOSE_MAX = 6_700;
/** git estimates from one of the 256 folders that loose objects are spread over, and so do we. */
const SAMPLE = "17";

/**
 * Packs a repository that has gathered many loose objects; answers whether it was time to. git
 * detaches itself and keeps off while another of its kind is at work, so nobody waits for it.
 */
export async function maintain(gitDir: string, looseMax: number = LOOSE_MAX): Promise<boolean> {
  const sample = await readdir(join(gitDir, "objects", SAMPLE)).catch(() => []);
  if (sample.length * 256 <= looseMax) return false;
  await runGit(["gc", "--auto", "--quiet"], { gitDir, settings: [`gc.auto=${looseMax}`] });
  return true;
}

/** Packs above which they are put together: git's own default for `gc.autoPackLimit`. */
const PACKS_MAX = 50;

/**
 * Puts packs together where there are many, the small ones first, each at least twice as large as all
 * the smaller ones: an object is written anew a few times in its life, whatever the length of the
 * history. Nothing is left out, reachable or not.
 */
export async function consolidate(gitDir: string): Promise<boolean> {
  const names = await readdir(join(gitDir, "objects", "pack")).catch(() => [] as string[]);
  if (names.filter((name) => name.endsWith(".idx")).length <= PACKS_MAX) return false;
  await runGit(["repack", "--geometric=2", "-d", "--quiet"], {
    gitDir,
    settings: ["repack.writeBitmaps=false", "core.multiPackIndex=false"],
  });
  return true;
}
