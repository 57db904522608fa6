import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import {
  agentId,
  common,
  duration,
  glob,
  instant,
  integer,
  line,
  list,
  share,
  skill,
  taskId,
  text,
} from "../fields.ts";
import { taskHead, type TaskId } from "../ids.ts";
import { LEASE_MIN_MS, PATHS_CHARS } from "../limits.ts";
import { taskFolder } from "../paths.ts";
import { keepAuctions } from "../rules/auction-list.ts";
import { refuseTerms, termsOf } from "../rules/auction-terms.ts";
import { bidsOn } from "../rules/auction.ts";
import { findCycle } from "../rules/cycle.ts";
import { edgesOf, keepWaits } from "../rules/graph.ts";
import { settings } from "../rules/members.ts";
import { putTask } from "../rules/put-task.ts";
import { freedBy, isQuarantined } from "../rules/quarantine.ts";
import { taskStatus } from "../rules/task-status.ts";
import { beginTurn } from "../rules/turns.ts";
import type { TaskState } from "../state.ts";
import type { Context, Incoming } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const TOO_MANY = `must have at most ${PATHS_CHARS} characters in all`;

const fields = z.strictObject({
  kind: z.literal("task"),
  id: taskId,
  creator: agentId,
  title: line,
  body: z.optional(text),
  needs: z.optional(list(skill)),
  after: z.optional(list(taskId)),
  after_any: z.optional(list(taskId)),
  paths: z.optional(list(glob).check(z.refine(fewCharacters, TOO_MANY))),
  shared: z.optional(z.literal("true", "must be true, or left out")),
  priority: z.optional(integer(0, 4)),
  deadline: z.optional(instant),
  lease: z.optional(duration),
  attempts: z.optional(integer(1, 99)),
  review: z.optional(z.literal("required")),
  reviewer: z.optional(agentId),
  parent: z.optional(taskId),
  trust: z.optional(share),
  value: z.optional(integer(1)),
  stake: z.optional(integer(1)),
  mode: z.optional(z.literal("auction")),
  bids: z.optional(z.enum(["open", "sealed"])),
  bids_until: z.optional(instant),
  reveals_until: z.optional(instant),
  ...common,
});

type TaskFields = Fields<typeof fields>;

/** Larger is more urgent; 0 to 4. */
const PRIORITY_DEFAULT = 2;
/** How many different agents may fail before the task itself counts as failed. */
export const ATTEMPTS_DEFAULT = 3;

/** A piece of work. Its status is derived from its claim, its attempts and its reviews. */
export const task = kind<TaskFields>({
  name: "task",
  fields,
  path: (body) => `${taskFolder(body.id)}/task.yaml`,
  actor: (body) => body.creator,

  judge(record, context) {
    const body = record.fields;
    const current = context.before.get(`task/${body.id}`);
    const { attempts = ATTEMPTS_DEFAULT } = body;
    return (
      (current === undefined ? judgeNew(record, context) : judgeEdit(body, current, context)) ??
      refuseTerms(record.path, { ...body, attempts }, current, context.time) ??
      judgeFields(body, context)
    );
  },

  apply({ fields: body }, { before, state, time }) {
    const current = state.get(`task/${body.id}`);
    putTask(state, {
      ...(current ?? BLANK),
      ...definition(body),
      id: body.id,
      creator: body.creator,
      created: current?.created ?? time,
      freed: current === undefined ? 0 : freedBy(current, time),
    });
    if (current?.auction !== undefined && isQuarantined(before, current, time))
      beginTurn(state, body.id, time);
  },

  settle(context) {
    const tasks = context.incoming.filter((record) => record.kind === "task");
    keepAuctions(
      context.state,
      tasks.map((record) => (record.fields as TaskFields).id),
    );
    return judgeEdges(context);
  },
});

function fewCharacters(globs: readonly string[]): boolean {
  return globs.reduce((sum, one) => sum + one.length, 0) <= PATHS_CHARS;
}

const BLANK = {
  token: 0,
  claim: undefined,
  attempts: [],
  progress: undefined,
  cancelled: undefined,
  brink: false,
};

function definition(body: TaskFields) {
  return {
    title: body.title,
    body: body.body,
    needs: body.needs ?? [],
    after: body.after ?? [],
    afterAny: body.after_any ?? [],
    paths: body.paths ?? [],
    shared: body.shared === "true",
    priority: body.priority ?? PRIORITY_DEFAULT,
    deadline: body.deadline,
    lease: body.lease,
    attemptsMax: body.attempts ?? ATTEMPTS_DEFAULT,
    review: body.review === "required",
    reviewer: body.reviewer,
    parent: body.parent,
    trust: body.trust ?? 0,
    value: body.value ?? 0,
    stake: body.stake ?? 0,
    auction: termsOf(body),
  };
}

function judgeNew(record: Incoming<TaskFields>, { state, author }: Context): Fault | undefined {
  const id = record.fields.id;
  if (state.get(`head/${taskHead(id)}`) !== undefined)
    return fault("TA1", { code: "task-exists", task: id });
  const limit = settings(state).tasksOpenMax;
  if (limit > 0 && (state.get(`made/${author}`) ?? 0) >= limit) {
    return fault("TA6", { code: "cap-reached", agent: author, what: "open tasks", limit });
  }
  return undefined;
}

/** [TA2] Only its creator edits a task. [TA5] While it is claimed or done, only title, body and priority. */
function judgeEdit(
  body: TaskFields,
  current: TaskState,
  { state, time }: Context,
): Fault | undefined {
  if (body.creator !== current.creator) {
    return fault("TA2", { code: "not-the-creator", task: current.id, creator: current.creator });
  }
  const status = taskStatus(state, current, time);
  if (status === "cancelled") return fault("TA5", { code: "not-open", task: current.id, status });
  const bids = bidsOn(state, current.id).length > 0;
  if (!bids && (status === "open" || status === "blocked" || status === "failed")) return undefined;
  if (!bids && status === "quarantined" && current.claim === undefined) return undefined;
  const next: Record<string, unknown> = definition(body);
  const now = current as unknown as Record<string, unknown>;
  const changed = Object.keys(next).find((field) => {
    return !FREE_FIELDS.has(field) && JSON.stringify(next[field]) !== JSON.stringify(now[field]);
  });
  return changed === undefined
    ? undefined
    : fault(bids ? "AU7" : "TA5", {
        code: "edit-frozen",
        task: current.id,
        status,
        field: WRITTEN[changed] ?? changed,
      });
}

const FREE_FIELDS = new Set(["title", "body", "priority"]);

/** Fields that the record writes in another way. */
const WRITTEN: Readonly<Record<string, string>> = {
  afterAny: "after_any",
  attemptsMax: "attempts",
  auction: "bids_until",
};

/** [TA3] Whom a task names must exist. [TA7] */
function judgeFields(body: TaskFields, { state }: Context): Fault | undefined {
  const limits = settings(state);
  if (body.lease !== undefined && (body.lease < LEASE_MIN_MS || body.lease > limits.leaseMax)) {
    return fault("TA7", {
      code: "lease-invalid",
      task: body.id,
      detail: "its lease is outside the mound's limits",
    });
  }
  if (body.reviewer !== undefined && state.get(`agent/${body.reviewer}`) === undefined) {
    return fault("TA3", { code: "not-a-member", agent: body.reviewer });
  }
  return undefined;
}

/** [TA3] [TA4] Seen when all tasks of the commit are there, for they may name each other. */
function judgeEdges({ before, state, incoming }: Context): Fault | undefined {
  const touched = incoming
    .filter((record) => record.kind === "task")
    .map((record) => (record.fields as TaskFields).id);
  for (const id of touched) {
    const added = state.get(`task/${id}`)!;
    const missing = [...edgesOf(added), added.parent].find(
      (other) => other !== undefined && state.get(`task/${other}`) === undefined,
    );
    if (missing !== undefined)
      return fault("TA3", { code: "dependency-missing", task: id, after: missing });
  }
  const rewired = touched.filter(
    (id) => wiring(before.get(`task/${id}`)) !== wiring(state.get(`task/${id}`)),
  );
  // Only new tasks name a new task: while no older one is rewired, a cycle stays among the new ones,
  // and the walk need not go down into all that they depend on.
  const inside = new Set(rewired);
  const walled = rewired.every((id) => before.get(`task/${id}`) === undefined);
  const along = (edges: (at: TaskState) => readonly TaskId[]) => (id: TaskId) =>
    walled && !inside.has(id) ? [] : edges(state.get(`task/${id}`)!);
  const cycle =
    findCycle(rewired, along(edgesOf)) ??
    findCycle(
      rewired,
      along(({ parent }) => (parent === undefined ? [] : [parent])),
    );
  if (cycle !== undefined)
    return fault("TA4", { code: "dependency-cycle", task: cycle[0]!, cycle });
  keepWaits(before, state, rewired);
  return undefined;
}

function wiring(at: TaskState | undefined): string | undefined {
  return at === undefined ? undefined : JSON.stringify([at.after, at.afterAny, at.parent]);
}
