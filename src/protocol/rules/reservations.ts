import { fault, type Fault } from "../fault.ts";
import type { ReservedState } from "../reserved-state.ts";
import type { Overlay, TaskState, View } from "../state.ts";
import { firstSegment, globsOverlap } from "./globs.ts";
import { isLapsed } from "./lease.ts";

/**
 * [CL14] The paths of a task are free: no claim on another task that has not lapsed at log time `now`
 * (milliseconds) reserves any of them, be it the same agent's, unless both tasks share.
 */
export function refuseOverlap(view: View, task: TaskState, now: number): Fault | undefined {
  if (task.paths.length === 0) return undefined;
  for (const bucket of bucketsAgainst(view, task.paths)) {
    const found = overlapIn(view, view.get(bucket) ?? {}, task, now);
    if (found === undefined) continue;
    const { glob, theirs, other } = found;
    const { agent: by, until } = other.claim!;
    const facts = { task: task.id, glob, other: other.id, theirs, by, until };
    return fault("CL14", { code: "paths-overlap", ...facts });
  }
  return undefined;
}

/** The other tasks, each once and in order of id, under whose claims, be they lapsed, paths of this one lie. */
export function overlapping(view: View, task: TaskState): readonly TaskState[] {
  if (task.paths.length === 0) return NOTHING_ELSE;
  const found = new Set<string>();
  for (const bucket of bucketsAgainst(view, task.paths)) {
    const reserved = view.get(bucket) ?? {};
    for (const id of Object.keys(reserved))
      if (id !== task.id && collide(task, reserved[id]!)) found.add(id);
  }
  return [...found].toSorted().map((id) => view.get(`task/${id}`)!);
}

const NOTHING_ELSE: readonly TaskState[] = [];

/** Whether claims on both tasks cannot stand together. */
export function collide(task: ReservedState, other: ReservedState): boolean {
  return collision(task, other) !== undefined;
}

/** Keeps what claims reserve: a renewal changes nothing, and neither does a task without paths. */
export function keepReserved(state: Overlay, before: TaskState | undefined, next: TaskState): void {
  const was = before?.claim === undefined ? NOTHING : before.paths;
  const is = next.claim === undefined ? NOTHING : next.paths;
  if (was === is && before?.shared === next.shared) return;
  if (was.length === 0 && is.length === 0) return;
  for (const bucket of new Set(was.map(bucketOf))) put(state, bucket, next.id, undefined);
  for (const bucket of new Set(is.map(bucketOf))) {
    const paths = is.filter((glob) => bucketOf(glob) === bucket);
    put(state, bucket, next.id, { paths, shared: next.shared });
  }
}

const NOTHING: readonly string[] = [];
const ANYWHERE = "*";

type Bucket = `paths/${string}`;

function bucketOf(glob: string): Bucket {
  return `paths/${firstSegment(glob) ?? ANYWHERE}`;
}

/** The entries in which claims may lie that overlap these globs. */
function bucketsAgainst(view: View, globs: readonly string[]): Iterable<Bucket> {
  const own = new Set(globs.map(bucketOf));
  own.add(`paths/${ANYWHERE}`);
  return globs.every((glob) => firstSegment(glob) !== undefined)
    ? own
    : (view.keys("paths/") as readonly Bucket[]);
}

interface Collision {
  readonly glob: string;
  readonly theirs: string;
}

/** The first of the other's globs that overlaps one of the task's. */
function collision(task: ReservedState, { paths, shared }: ReservedState): Collision | undefined {
  if (shared && task.shared) return undefined;
  for (const theirs of paths) {
    const glob = task.paths.find((one) => globsOverlap(one, theirs));
    if (glob !== undefined) return { glob, theirs };
  }
  return undefined;
}

interface Overlap extends Collision {
  readonly other: TaskState;
}

/** The overlap with the first task by its id: the order of a record's names is not the same everywhere. */
function overlapIn(
  view: View,
  reserved: Readonly<Record<string, ReservedState>>,
  task: TaskState,
  now: number,
): Overlap | undefined {
  let found: Overlap | undefined;
  for (const id of Object.keys(reserved)) {
    if (id === task.id || (found !== undefined && found.other.id < id)) continue;
    const collides = collision(task, reserved[id]!);
    if (collides === undefined) continue;
    const other = view.get(`task/${id}`)!;
    // A claim that has lapsed reserves nothing, and nobody has to end it first.
    if (!isLapsed(other, now)) found = { ...collides, other };
  }
  return found;
}

/** A copy without a prototype, for the reason that `putTask` has. */
function put(
  state: Overlay,
  bucket: Bucket,
  task: string,
  reserved: ReservedState | undefined,
): void {
  const next = Object.create(null) as Record<string, ReservedState>;
  const before = state.get(bucket) ?? {};
  for (const id of Object.keys(before)) if (id !== task) next[id] = before[id]!;
  if (reserved !== undefined) next[task] = reserved;
  state.set(bucket, Object.keys(next).length === 0 ? undefined : next);
}
