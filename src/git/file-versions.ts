import { isOid, type Oid } from "../protocol/ids.ts";
import { parseRawLog, RAW_LOG } from "./raw-log.ts";
import { gitFailed, runGit } from "./run.ts";

/** One state of a file that a commit of the line brought, whatever the judge says of that commit. */
export interface FileVersion {
  readonly commit: Oid;
  readonly path: string;
  readonly oid: Oid;
}

/** A checkpoint an hour for a hundred years; what is beyond it was put there to harm. */
const OUTPUT_BYTES = 256 * 1024 * 1024;

/** Every version of every plain file in these folders, along first parents, oldest first. */
export async function fileVersions(
  gitDir: string,
  tip: Oid,
  folders: readonly string[],
): Promise<readonly FileVersion[]> {
  const args = [...RAW_LOG, tip, "--", ...folders.map((folder) => `:(literal)${folder}`)];
  const output = await runGit(args, { gitDir, maxBytes: OUTPUT_BYTES });
  if (output.exitCode !== 0) throw gitFailed(args, output);
  const versions: FileVersion[] = [];
  for await (const { oid: commit, changes } of parseRawLog(once(output.stdout), Infinity)) {
    for (const { path, mode, oid } of changes)
      if (mode === "100644" && oid !== undefined) versions.push({ commit, path, oid });
  }
  return versions;
}

/** The commits of a line, oldest first. */
export async function firstParents(gitDir: string, tip: Oid): Promise<readonly Oid[]> {
  const args = ["rev-list", "--first-parent", "--reverse", tip, "--"];
  const output = await runGit(args, { gitDir, maxBytes: OUTPUT_BYTES });
  if (output.exitCode !== 0) throw gitFailed(args, output);
  return new TextDecoder().decode(output.stdout).split("\n").filter(isOid);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
