import { formatInstant } from "../../protocol/time.ts";
import type { Factor } from "../../protocol/views/match/factors.ts";
import type { Fit } from "../../protocol/views/match/fit.ts";
import { explain } from "../explain.ts";
import { sanitiseLine } from "../sanitise.ts";
import { amount, grid } from "./grid.ts";

/** How an agent and a task fit each other, in JSON. */
export function fitJson({ agent, task, obstacles, declined, own, weight, factors }: Fit) {
  return {
    agent,
    task: task.id,
    title: task.title,
    may: obstacles.length === 0,
    weight: Number(weight.toPrecision(6)),
    own: Number(own.toPrecision(6)),
    declined_until: declined === undefined ? null : formatInstant(declined),
    missing: obstacles.map((fault) => {
      const { code, message, fix } = explain(fault);
      return { code, message, fix };
    }),
    factors: factors.map((factor) => ({ ...factor, effect: effectOf(factor) })),
  };
}

/** One line: the task or the agent, whether it fits, and what is special about it. */
export function fitLine(fit: Fit, byTask: boolean): string {
  const { agent, task, obstacles, declined, weight, factors } = fit;
  const name = byTask ? task.id : agent;
  const rest = byTask ? `  ${sanitiseLine(task.title)}` : "";
  if (obstacles.length > 0)
    return `${name}  no: ${obstacles.map((fault) => explain(fault).message).join(" ")}`;
  if (declined !== undefined) return `${name}  declined until ${formatInstant(declined)}${rest}`;
  const special = factors.filter((factor) => effectOf(factor) !== "none");
  const said = special.map(({ name: factor, value }) => `${factor} ${amount(value)}`);
  return `${name}  fits, weight ${amount(weight)}${said.length === 0 ? "" : `: ${said.join(", ")}`}${rest}`;
}

/** Line by line: what is met (+), what is missing (-), what counts against (!) or for it, and the rest. */
export function pairText(fit: Fit): string {
  const { agent, task, obstacles, declined, weight, factors } = fit;
  const head =
    obstacles.length === 0
      ? `${agent} may take ${task.id}: weight ${amount(weight)}.`
      : `${agent} may not take ${task.id}.`;
  const missing = obstacles.map((fault) => `-  ${explain(fault).message}`);
  const against =
    declined === undefined ? [] : [`!  declined by ${agent} until ${formatInstant(declined)}`];
  const rows = factors.map((factor) => [
    MARKS[effectOf(factor)],
    factor.name,
    amount(factor.value),
    factor.note,
  ]);
  return [`${head} ${sanitiseLine(task.title)}`, ...missing, ...against, ...grid(rows)].join("\n");
}

type Effect = "missing" | "for" | "against" | "none";

const MARKS: Readonly<Record<Effect, string>> = {
  missing: "-",
  for: "+",
  against: "!",
  none: " ",
};

/** A threshold is below one for everybody: it is against a task where it more than halves it. */
const LOW_RESPONSE = 0.5;

function effectOf({ name, value, note }: Factor): Effect {
  if ((name === "need" || name === "trust") && value === 0) return "missing";
  if (name === "threshold") return value < LOW_RESPONSE ? "against" : "none";
  if (name === "signals") return value > 0 ? "for" : "none";
  if (name === "priority" && note === "priority 2") return "none";
  if (value < 0.995) return "against";
  return value > 1.005 ? "for" : "none";
}
