import type { TaskStatus } from "../protocol/rules/task-status.ts";
import type { TaskView } from "../protocol/views/task-view.ts";

/** What is under way first, what is over last. */
const ORDER: readonly TaskStatus[] = [
  "claimed",
  "lapsed",
  "quarantined",
  "open",
  "blocked",
  "failed",
  "done",
  "accepted",
  "cancelled",
];

/** By status, then by priority, then the oldest first. */
export function byUrgency(a: TaskView, b: TaskView): number {
  return (
    ORDER.indexOf(a.status) - ORDER.indexOf(b.status) ||
    b.priority - a.priority ||
    a.created - b.created ||
    (a.id < b.id ? -1 : 1)
  );
}
