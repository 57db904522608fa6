import type { TaskId } from "../../protocol/ids.ts";
import type { TaskState, View } from "../../protocol/state.ts";
import { isOutOfReach, strandedBy } from "../../protocol/views/stranded.ts";

/** A task that waits for what will never be done. */
export interface Stranded {
  /** The tasks that were cancelled or have failed. */
  readonly by: readonly TaskId[];
  /** What its creator, or theirs, can type about it. */
  readonly mend: readonly string[];
}

/** Answers for the tasks of one state; undefined: there is hope, or nothing to hope for. */
export function strandedIn(view: View): (task: TaskState) => Stranded | undefined {
  const rootsOf = strandedBy(view);
  const taskOf = (id: TaskId): TaskState => view.get(`task/${id}`)!;
  return (task) => {
    const by = rootsOf(task);
    if (by.length === 0) return undefined;
    const mend = [...edits(task, taskOf), ...retries(by.map(taskOf))];
    if (mend.length > 0) return { by, mend };
    const through = [...task.after, ...task.afterAny].find((id) => rootsOf(taskOf(id)).length > 0);
    return { by, mend: [`mound task show ${through ?? by[0]!}`] };
  };
}

/** Its own lists without what is out of reach; an empty value takes a list away. */
function edits(
  { id, after, afterAny }: TaskState,
  taskOf: (id: TaskId) => TaskState,
): readonly string[] {
  const lost = (other: TaskId): boolean => isOutOfReach(taskOf(other));
  const kept = after.filter((other) => !lost(other));
  const options = [
    ...(kept.length === after.length ? [] : listed("--after", kept)),
    ...(afterAny.length > 0 && afterAny.every(lost) ? listed("--after-any", []) : []),
  ];
  return options.length === 0 ? [] : [`mound task edit ${id} ${options.join(" ")}`];
}

function listed(option: string, ids: readonly TaskId[]): readonly string[] {
  return ids.length === 0 ? [`${option} ""`] : ids.map((id) => `${option} ${id}`);
}

/** The most that a task may ask for; see its kind. */
const ATTEMPTS_MAX = 99;

/** A task that has failed is open again when one more may try. */
function retries(roots: readonly TaskState[]): readonly string[] {
  const [failed] = roots.filter(
    ({ cancelled, attemptsMax }) => cancelled === undefined && attemptsMax < ATTEMPTS_MAX,
  );
  return failed === undefined
    ? []
    : [`mound task edit ${failed.id} --attempts ${failed.attemptsMax + 1}`];
}
