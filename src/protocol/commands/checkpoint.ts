import { ok } from "../../base/result.ts";
import type { Oid } from "../ids.ts";
import { checkpointFile } from "../paths.ts";
import { formatInstant } from "../time.ts";
import { commonFields, type PlanContext, type Planned } from "./plan.ts";

export interface CheckpointCommand {
  readonly type: "checkpoint";
  readonly commit: Oid;
  /** Its number on the line, counted from 1. */
  readonly number: number;
  /** Of the state at that commit: 64 hexadecimal digits. */
  readonly digest: string;
  /** Milliseconds: when the next one is due; undefined promises none. */
  readonly until?: number;
}

/** Signs what the state was at a commit; where the agent has done so already, nothing. */
export function planCheckpoint(command: CheckpointCommand, context: PlanContext): Planned {
  const { agent, view } = context;
  const path = checkpointFile(command.commit, agent);
  if (view.get(`file/${path}`) !== undefined)
    return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [], already: true } });
  const fields = {
    commit: command.commit,
    number: String(command.number),
    digest: command.digest,
    agent,
    until: command.until === undefined ? undefined : formatInstant(command.until),
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "checkpoint", path, fields }],
    subject: `checkpoint ${command.commit.slice(0, 12)} (number ${command.number})`,
    tasks: [],
    answer: { tasks: [] },
  });
}
