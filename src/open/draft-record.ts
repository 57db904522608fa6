import { unreachable } from "../base/assert.ts";
import type { DraftCommand } from "../protocol/commands/draft.ts";
import type { Answer } from "../protocol/commands/plan.ts";
import { CLAIM_FILE, taskFolder } from "../protocol/paths.ts";
import type { View } from "../protocol/state.ts";
import type { AnyFault } from "./faults.ts";

/**
 * Where the record of a draft that was accepted lies on the line. `later`: how many more reports of
 * progress on the same task were accepted after it.
 */
export function recordPath(
  command: DraftCommand,
  answer: Answer,
  view: View,
  later: number,
): string {
  const [task] = answer.tasks;
  if (task === undefined) return "";
  const folder = taskFolder(task);
  const token = String(answer.token ?? "");
  switch (command.type) {
    case "add":
      return `${folder}/task.yaml`;
    case "cancel":
      return `${folder}/cancel.yaml`;
    case "claim":
      return `${folder}/${CLAIM_FILE}`;
    case "finish":
      return `${folder}/attempts/${token}.yaml`;
    case "review":
      return `${folder}/reviews/${token}.yaml`;
    case "renew": {
      const newest = view.get(`task/${task}`)?.progress?.count ?? 1 + later;
      return `${folder}/progress/${token}-${newest - later}.yaml`;
    }
    default:
      return unreachable(command);
  }
}

/** The field of a draft that a refusal is about, where it is about one. */
export function fieldAtFault(fault: AnyFault, command: DraftCommand): string | undefined {
  switch (fault.code) {
    case "dependency-missing":
    case "dependency-cycle": {
      const spec = command.type === "add" ? command.tasks[0] : undefined;
      if (fault.code === "dependency-cycle") return "after";
      if (spec?.after?.includes(fault.after) === true) return "after";
      return spec?.afterAny?.includes(fault.after) === true ? "after_any" : "parent";
    }
    case "lease-invalid":
      return "lease";
    case "task-missing":
    case "task-ambiguous":
      return command.type === "add" ? "after" : "task";
    case "not-a-member":
      return command.type === "add" && command.tasks[0]?.reviewer === fault.agent
        ? "reviewer"
        : undefined;
    default:
      return undefined;
  }
}
