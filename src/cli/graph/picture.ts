import { resolveTask } from "../../protocol/commands/plan.ts";
import { taskHead } from "../../protocol/ids.ts";
import type { View } from "../../protocol/state.ts";
import { graphOf, type GraphEdge } from "../../protocol/views/graph.ts";
import { viewTask, type TaskView } from "../../protocol/views/task-view.ts";
import { urgencyOf } from "../../protocol/views/urgency.ts";

/** A task in its place in the picture. */
export interface Drawn {
  readonly task: TaskView;
  /** The seven characters that name it on the line, and in the picture. */
  readonly head: string;
  /** Counted from 1. */
  readonly layer: number;
  /** On the longest chain of work that is left. */
  readonly critical: boolean;
  /** Unsettled tasks that wait for it. */
  readonly unblocks: number;
}

export interface Picture {
  readonly layers: readonly (readonly Drawn[])[];
  readonly edges: readonly GraphEdge[];
  readonly critical: readonly string[];
  /** Settled tasks that are left out. */
  readonly left: number;
}

/** The picture of a state at log time `now`, around one task or of all; a fault where there is none such. */
export function pictureOf(
  view: View,
  now: number,
  reference: string | undefined,
  settled: boolean,
) {
  const task = reference === undefined ? undefined : resolveTask(view, reference);
  if (task?.ok === false) return task;
  const { layers, edges, critical, left } = graphOf(view, {
    settled,
    ...(task === undefined ? {} : { task: task.value }),
  });
  const urgency = urgencyOf(view);
  const onChain = new Set(critical);
  const drawn = layers.map((layer, at) =>
    layer.map((state): Drawn => {
      const unsettled = view.get(`todo/${state.id}`) !== undefined;
      return {
        task: viewTask(view, state, now),
        head: taskHead(state.id),
        layer: at + 1,
        critical: onChain.has(state.id),
        unblocks: unsettled ? urgency(state.id).unblocks : 0,
      };
    }),
  );
  return { ok: true as const, value: { layers: drawn, edges, critical, left } };
}
