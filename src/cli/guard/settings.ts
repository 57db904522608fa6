import { dirname } from "node:path";
import { findClone, type Clone } from "../../git/clone.ts";
import { findCode, readSettings, type CodeRepository } from "../../git/code-repository.ts";
import { usableClone } from "../../open/usable-clone.ts";
import { isAgentId, type AgentId } from "../../protocol/ids.ts";
import { FaultError, type Context } from "../context.ts";

/** Where the guard's settings lie in the configuration of a repository of code. */
export const SECTION = "mound.guard";

export interface GuardSettings {
  /** undefined: the guard was not installed here. */
  readonly mode: "block" | "warn" | undefined;
  /** The folder of the mound, where it is not beside the code. */
  readonly mound: string | undefined;
  readonly agent: AgentId | undefined;
  readonly requireClaim: boolean;
  readonly strict: boolean;
}

/** The repository of code that the command is about. */
export function codeOf(context: Context): CodeRepository {
  const { dir, env } = context;
  const named = context.options.C === undefined ? env.environment : {};
  const code = findCode({ dir, environment: named });
  if (code !== undefined) return code;
  throw new FaultError({ code: "not-a-repository", dir });
}

export async function guardSettings(code: CodeRepository): Promise<GuardSettings> {
  const found = await readSettings(code, SECTION);
  const mode = found.get("mode");
  const agent = found.get("agent");
  return {
    mode: mode === undefined ? undefined : mode === "warn" ? "warn" : "block",
    mound: found.get("mound"),
    agent: agent !== undefined && isAgentId(agent) ? agent : undefined,
    requireClaim: found.get("requireclaim") === "true",
    strict: found.get("strict") === "true",
  };
}

/** The mound whose claims count for this code: the one that was named, else beside it or above. */
export function moundFor(code: CodeRepository, named: string | undefined): Clone {
  // A linked work tree has no mound beside it; the one from which it was made has.
  const beside = findClone(code.top) === undefined ? dirname(code.commonDir) : code.top;
  const clone = usableClone(named ?? beside);
  if (!clone.ok) throw new FaultError(clone.error, ["mound guard install --mound DIR"]);
  if (clone.value.gitDir !== code.gitDir) return clone.value;
  throw new FaultError({ code: "guard-in-mound", dir: code.top });
}
