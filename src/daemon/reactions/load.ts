import { existsSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import { configFolder } from "../../keys/config-folder.ts";
import type { ReactionsFault } from "../../open/faults.ts";
import { REACTIONS_BYTES, readReactions } from "./file.ts";
import type { Reaction } from "./reaction.ts";

/** Where the user's reactions are, unless another file is named. */
export function reactionsPath(
  environment: NodeJS.ProcessEnv,
  home: string,
  platform: NodeJS.Platform,
): string {
  return join(configFolder(environment, home, platform), "mound", "reactions.yaml");
}

/**
 * The reactions of a file, if all of it is in order. `workTree`: of the mound that they would react
 * to, where there is one. A link counts as the file that it leads to.
 */
export function loadReactions(
  path: string,
  workTree: string | undefined,
): Result<readonly Reaction[], ReactionsFault> {
  try {
    const real = realpathSync(path);
    const status = statSync(real);
    const fault = checkPlace(path, real, workTree) ?? checkFile(path, status);
    if (fault !== undefined) return err(fault);
    const { reactions, flaws } = readReactions(decode(readFileSync(real)));
    return flaws.length === 0 ? ok(reactions) : err({ code: "reactions-invalid", path, flaws });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return err({ code: "reactions-missing", path });
    return err({ code: "reactions-unreadable", path, detail: message });
  }
}

/** What others can write must never say what is run here: not from this mound, and not from another. */
function checkPlace(
  path: string,
  real: string,
  workTree: string | undefined,
): ReactionsFault | undefined {
  const own = workTree === undefined ? undefined : realpathSync(workTree);
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    // Every line has its `mound.yaml` at the top: so a checkout made by stock git is known as well.
    if (folder === own || existsSync(join(folder, "mound.yaml")))
      return { code: "reactions-misplaced", path, folder };
    if (dirname(folder) === folder) return undefined;
  }
}

function checkFile(path: string, status: Stats): ReactionsFault | undefined {
  if (!status.isFile()) return { code: "reactions-unreadable", path, detail: "it is not a file" };
  if (status.size > REACTIONS_BYTES) {
    const detail = `it is larger than ${REACTIONS_BYTES} bytes`;
    return { code: "reactions-unreadable", path, detail };
  }
  const mode = status.mode & 0o777;
  if (process.platform === "win32" || (mode & 0o002) === 0) return undefined;
  return { code: "reactions-exposed", path, mode: mode.toString(8) };
}

/** Throws where the bytes are not UTF-8. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
