import { ownEntry } from "../../base/own-entry.ts";
import { ok } from "../../base/result.ts";
import type { SignalKind } from "../signal-state.ts";
import { formatDuration } from "../time.ts";
import { signalFile } from "../topics.ts";
import { commonFields, type PlanContext, type Planned } from "./plan.ts";
import { resolveTopic } from "./resolve-topic.ts";

export interface SignalCommand {
  readonly type: "signal";
  /** As people type it; see `resolveTopic`. */
  readonly topic: string;
  readonly mark: SignalKind;
  /** What is added, from 1 to 10; 0 takes back what is there. */
  readonly strength: number;
  /** Milliseconds, in whole seconds; that of its kind unless said. */
  readonly halfLife?: number;
  readonly note?: string;
}

/** Leaves a signal, or takes one's own back; where there is none to take back, nothing is written. */
export function planSignal(command: SignalCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const found = resolveTopic(view, command.topic);
  if (!found.ok) return found;
  const topic = found.value;
  const { mark, strength, halfLife, note } = command;
  const standing = ownEntry(view.get(`signal/${topic}`), agent);
  if (strength === 0 && standing === undefined)
    return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [], already: true } });
  const path = signalFile(topic, agent);
  const fields = {
    topic,
    agent,
    // What is taken back is what stands there.
    mark: strength === 0 ? standing!.kind : mark,
    strength: String(strength),
    half_life: halfLife === undefined ? undefined : formatDuration(halfLife),
    note,
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "signal", path, fields }],
    subject: strength === 0 ? `take back the signal on ${topic}` : `signal ${mark} on ${topic}`,
    // A trailer names a task only where files of it change.
    tasks: [],
    answer: { tasks: [] },
  });
}
