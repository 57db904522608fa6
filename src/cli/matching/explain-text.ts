import type { Explained, Option } from "../../protocol/views/match/explained.ts";
import { plural } from "../plural.ts";
import { amount, grid, percent } from "./grid.ts";

/** Why a task is offered, in JSON; the text says the same. */
export function explainJson(explained: Explained) {
  const { open, idle, rate, sharpness, options, weightiest } = explained;
  return {
    open,
    idle,
    claims_per_minute: Number((rate * 60).toPrecision(3)),
    sharpness,
    tasks: options.map((option) => ({
      id: option.task.id,
      share: Number(option.share.toPrecision(3)),
      own: Number(option.own.toPrecision(6)),
      stimulus: Number(option.stimulus.toPrecision(6)),
      factors: option.factors,
    })),
    weightiest: weightiest?.task.id ?? null,
    why: whySentence(explained),
  };
}

/** A table with a line for each factor and a column for each option, and what the choice's factors come from. */
export function explainText(explained: Explained): readonly string[] {
  const { options } = explained;
  const [chosen] = options;
  if (chosen === undefined) return [];
  const rows = chosen.factors.map(({ name, note }, at) => [
    name,
    ...options.map(({ factors }) => amount(factors[at]!.value)),
    note,
  ]);
  return [
    crowdSentence(explained),
    "",
    ...grid([
      ["", ...options.map(({ task }) => task.id.slice(0, 7)), ""],
      ["share", ...options.map(({ share }) => percent(share)), "of the draws"],
      ["own", ...options.map(({ own }) => amount(own)), "what only you see of it"],
      ["stimulus", ...options.map(({ stimulus }) => amount(stimulus)), "what all see of it"],
      ...rows,
    ]),
    "",
    whySentence(explained),
  ];
}

function crowdSentence({ open, idle, rate, sharpness }: Explained): string {
  const tasks = plural(open, "open task");
  const agents = idle === 1 ? "1 agent looks" : `${idle} agents look`;
  const claims = amount(rate * 60);
  return `You can do ${tasks}. One is drawn by own × stimulus^${sharpness}; ${agents} for work, with ${claims} claims a minute lately.`;
}

/** Why what weighs most was not drawn, or that it was. */
function whySentence({ options, weightiest, sharpness }: Explained): string {
  const [chosen] = options;
  if (chosen === undefined || weightiest === undefined) return "";
  if (chosen.task.id === weightiest.task.id) return `${chosen.task.id} weighs most, and was drawn.`;
  const drawn = `${weightiest.task.id} weighs most (${percent(weightiest.share)}), but your draw fell on ${chosen.task.id} (${percent(chosen.share)})`;
  const why =
    sharpness >= LARGEST && sameWeight(chosen, weightiest)
      ? "they weigh nearly the same"
      : "others who look now draw otherwise, so that not all take the same";
  return `${drawn}: ${why}.`;
}

/** At this sharpness nothing but near ties is drawn. */
const LARGEST = 16;

function sameWeight(a: Option, b: Option): boolean {
  return b.share < 2 * a.share;
}
