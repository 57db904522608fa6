import { base32 } from "../../base/base32.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { sha256Text } from "../../base/sha256.ts";
import type { WireFields } from "../encode.ts";
import { fault, type Fault } from "../fault.ts";
import { isTaskId, slug, type TaskId } from "../ids.ts";
import { taskFolder } from "../paths.ts";
import { formatInstant, parseDuration, parseInstant } from "../time.ts";
import { commonFields, resolveTask, type Draft, type PlanContext, type Planned } from "./plan.ts";

/** A task as a person words it; `label` lets other entries of the same command name it in `after`. */
export interface TaskSpec {
  readonly title: string;
  readonly label?: string;
  readonly body?: string;
  readonly needs?: readonly string[];
  readonly after?: readonly string[];
  /** Of these one is enough; `label` names them as in `after`. */
  readonly afterAny?: readonly string[];
  readonly paths?: readonly string[];
  readonly shared?: boolean;
  /** 0 to 4, larger first. */
  readonly priority?: number;
  /** RFC 3339. */
  readonly deadline?: string;
  /** Such as `30m`. */
  readonly lease?: string;
  readonly attempts?: number;
  readonly review?: "required";
  readonly reviewer?: string;
  readonly parent?: string;
  /** From 0 to 1. */
  readonly trust?: string;
  readonly value?: number;
  readonly stake?: number;
  readonly mode?: "auction";
  readonly bids?: "open" | "sealed";
  /** RFC 3339; or how long from now (`10m`), and from the end of the bids. */
  readonly bidsUntil?: string;
  readonly revealsUntil?: string;
}

export interface AddCommand {
  readonly type: "add";
  readonly tasks: readonly TaskSpec[];
}

/** Adds tasks, all in one commit or none; every entry at fault is named. */
export function planAdd(command: AddCommand, context: PlanContext): Planned {
  const heads = new Set<string>();
  const ids = command.tasks.map((spec, index) => mintId(spec.title, index, heads, context));
  const labels = new Map(
    command.tasks.flatMap((spec, index) =>
      spec.label === undefined ? [] : [[spec.label, ids[index]!] as const],
    ),
  );
  const drafts: Draft[] = [];
  const faults: { entry: number; fault: Fault }[] = [];
  command.tasks.forEach((spec, index) => {
    const fields = taskFields(spec, ids[index]!, labels, context);
    if (!fields.ok) {
      faults.push({ entry: index, fault: fields.error });
      return;
    }
    const path = `${taskFolder(ids[index]!)}/task.yaml`;
    drafts.push({
      write: "record",
      kind: "task",
      path,
      fields: { ...fields.value, ...commonFields(context, path, index) },
    });
  });
  if (faults.length > 0) {
    return err(
      command.tasks.length === 1
        ? faults[0]!.fault
        : fault("TA8", { code: "entries-invalid", faults }),
    );
  }
  const one = command.tasks.length === 1;
  return ok({
    drafts,
    subject: one ? `add ${ids[0]!}` : `add ${ids.length} tasks`,
    tasks: one ? ids : [],
    answer: { tasks: ids },
  });
}

/** The fields of a task but for `at`, `seen` and `nonce`, its references resolved. */
export function taskFields(
  spec: TaskSpec,
  id: TaskId,
  labels: ReadonlyMap<string, TaskId>,
  { view, agent, now }: PlanContext,
): Result<WireFields, Fault> {
  const resolve = (reference: string): Result<TaskId, Fault> => {
    const label = labels.get(reference);
    if (label !== undefined) return ok(label);
    const found = resolveTask(view, reference);
    if (found.ok) return ok(found.value.id);
    if (found.error.code === "task-ambiguous") return found;
    return err(fault("TA3", { code: "dependency-missing", task: id, after: reference }));
  };
  const resolveAll = (references: readonly string[] = []): Result<readonly TaskId[], Fault> => {
    const ids: TaskId[] = [];
    for (const reference of references) {
      const found = resolve(reference);
      if (!found.ok) return found;
      ids.push(found.value);
    }
    return ok(ids);
  };
  const after = resolveAll(spec.after);
  if (!after.ok) return after;
  const afterAny = resolveAll(spec.afterAny);
  if (!afterAny.ok) return afterAny;
  const parent = spec.parent === undefined ? undefined : resolve(spec.parent);
  if (parent?.ok === false) return parent;
  const bidsUntil = momentOf(spec.bidsUntil, now);
  return ok({
    id,
    creator: agent,
    title: spec.title,
    body: spec.body,
    needs: spec.needs,
    after: after.value,
    after_any: afterAny.value,
    paths: spec.paths,
    shared: spec.shared === true ? "true" : undefined,
    priority: spec.priority === undefined ? undefined : String(spec.priority),
    deadline: spec.deadline,
    lease: spec.lease,
    attempts: spec.attempts === undefined ? undefined : String(spec.attempts),
    review: spec.review,
    reviewer: spec.reviewer,
    parent: parent?.value,
    trust: spec.trust,
    value: spec.value === undefined ? undefined : String(spec.value),
    stake: spec.stake === undefined ? undefined : String(spec.stake),
    mode: spec.mode,
    bids: spec.bids,
    bids_until: bidsUntil,
    reveals_until: momentOf(spec.revealsUntil, parseInstant(bidsUntil ?? "") ?? now),
  });
}

/** A time as it was said, or that long after `from` (milliseconds). */
function momentOf(said: string | undefined, from: number): string | undefined {
  const after = said === undefined ? undefined : parseDuration(said);
  return after === undefined ? said : formatInstant(from + after);
}

/** Seven characters that follow from the operation's nonce, and a slug; drawn again while taken. */
function mintId(title: string, index: number, heads: Set<string>, context: PlanContext): TaskId {
  for (let draw = 0; ; draw++) {
    const head = base32(sha256Text(`${context.nonce}/task/${index}/${draw}`)).slice(0, 7);
    const words = slug(title);
    const id = words === "" ? head : `${head}-${words}`;
    if (heads.has(head) || context.view.get(`head/${head}`) !== undefined) continue;
    heads.add(head);
    return isTaskId(id) ? id : (head as TaskId);
  }
}
