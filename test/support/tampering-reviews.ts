import { askOthersToReview } from "./others-review.ts";
import type { Scribe, Written } from "./scribe.ts";
import type { Tamperings } from "./tampering-desk.ts";

/**
 * Reviews of work that only others review, in a mound where they need no trust: of `bees`, which ant-1 made, root did and ant-2,
 * whose operator is ant-1, does not review; and of `roots`, which root made and ant-2 did.
 */
export async function reviewTamperings(scribe: Scribe): Promise<Tamperings> {
  await askOthersToReview(scribe);
  const done = async (creator: string, worker: string): Promise<string> => {
    const { tasks } = await scribe.must(creator, {
      type: "add",
      tasks: [{ title: "work", value: 5 }],
    });
    await scribe.must(worker, { type: "claim", task: tasks[0]! });
    await scribe.must(worker, { type: "finish", task: tasks[0]!, outcome: "done" });
    return tasks[0]!;
  };
  const bees = await done("ant-1", "root");
  const roots = await done("root", "ant-2");
  const review = async (task: string, agent: string, token = "1"): Promise<Written> => {
    const path = `tasks/${task.slice(0, 2)}/${task}/reviews/${token}.yaml`;
    const said = { task, token, agent, verdict: "accepted" };
    return { author: agent, files: { [path]: await scribe.record("review", path, said) } };
  };
  return {
    "RV4 by who made it": () => review(bees, "ant-1"),
    "RV4 by whom its maker runs": () => review(bees, "ant-2"),
    "RV3 by who did it": () => review(bees, "root"),
    "RV4 by who runs the worker": () => review(roots, "ant-1"),
    "RV4 by the root that made it": () => review(roots, "root"),
    "RV2 of another token": () => review(roots, "ant-1", "2"),
  };
}
