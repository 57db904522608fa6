import { existsSync } from "node:fs";
import { join } from "node:path";
import { unreachable } from "../../base/assert.ts";
import { EMBEDDED, originUrl } from "../../git/clone.ts";
import { readHook, writeHook } from "../../git/judge-hook.ts";
import { localPath } from "../../git/remote-url.ts";
import { judgeProgram } from "../../open/judge-program.ts";
import { type ClonePatient, fine, type Found, type Level } from "./finding.ts";
import { shell } from "./shell.ts";

/** Whether what others push to an origin on this machine is judged before it is taken. */
export async function judge({ clone }: ClonePatient): Promise<Found> {
  const path = localPath(originUrl(clone));
  // Beside code on this machine there may be no bare repository, and so no door.
  if (path === undefined || !existsSync(path) || existsSync(join(path, ".git"))) return [];
  const hook = await readHook(path);
  const owned = clone.settings.origin === EMBEDDED;
  const program = judgeProgram();
  const fix = shell("mound", "hook", "install", path);
  const say = (level: Level, message: string): Found => [
    // Another's repository is not changed unasked.
    { level, message, fix, ...(owned ? { mend: () => mend(path) } : {}) },
  ];
  switch (hook.kind) {
    case "none":
      return owned
        ? say("warn", "What others push to the origin inside this clone is not judged at its door.")
        : say("note", `What is pushed to ${path} is not judged at its door; readers judge it.`);
    case "foreign":
      return [
        { level: "note", message: `${path} has a pre-receive hook of its own, not Mound's judge.` },
      ];
    case "frozen":
      return [];
    case "judge":
      if (!hook.intact)
        return say("fail", `The judge of ${path} is missing, so that nothing pushed is accepted.`);
      return hook.build === program.build
        ? fine("What is pushed to the origin is judged before it is taken")
        : say("note", `The judge of ${path} was put there by another build (${hook.build}).`);
    default:
      return unreachable(hook);
  }
}

async function mend(path: string): Promise<void> {
  const written = await writeHook(path, judgeProgram());
  if (!written.ok) throw new Error(`there is another hook at ${written.error.path}`);
}
