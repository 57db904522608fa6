import { taskHead } from "../../protocol/ids.ts";
import type { TaskStatus } from "../../protocol/rules/task-status.ts";
import { UNBLOCKS_MAX } from "../../protocol/views/urgency.ts";
import { plural } from "../plural.ts";
import { sanitise, sanitiseLine } from "../sanitise.ts";
import { fit, widthOf } from "./columns.ts";
import type { Drawn, Picture } from "./picture.ts";

/** What terminals have as a rule, and what a page of a forge shows. */
const COLUMNS = 80;
/** A layer that is wider is cut: its first ones on the longest chain, then those that unblock the most. */
const LAYER_SHOWN = 12;
/** Two screens; `--dot`, `--mermaid` and `--json` have everything. */
const LAYERS_SHOWN = 24;
/** Of a holder's name, so that there is room for the title. */
const NAME_COLUMNS = 20;
/** Tasks that one line of edges names. */
const NAMED = 5;

/** The picture for a terminal, layer by layer; `painted` is the same with colours, and safe to print. */
export function graphText(
  picture: Picture,
  whole: boolean,
): { readonly plain: string; readonly painted: string } {
  const lines = linesOf(picture, whole);
  return {
    plain: lines.map(({ text }) => text).join("\n"),
    painted: lines.map(({ text, style }) => paint(sanitise(text), style)).join("\n"),
  };
}

interface Line {
  readonly text: string;
  readonly style?: string;
}

function linesOf(picture: Picture, whole: boolean): readonly Line[] {
  const { layers, critical, left } = picture;
  const count = layers.reduce((sum, layer) => sum + layer.length, 0);
  const out =
    left === 0 ? [] : [{ text: `${plural(left, "settled task")} left out; see them with --all.` }];
  if (count === 0)
    return [{ text: whole ? "There is nothing left to do." : "There is nothing to draw." }, ...out];
  const shown = layers.slice(0, LAYERS_SHOWN);
  const hidden = layers.slice(LAYERS_SHOWN);
  const rest = hidden.reduce((sum, layer) => sum + layer.length, 0);
  return [
    { text: headOf(count, layers.length, critical.length) },
    ...shown.flatMap((layer, at) => layerLines(layer, at + 1, picture)),
    ...(rest === 0
      ? []
      : [
          { text: "" },
          {
            text: `... and ${plural(rest, "task")} in ${plural(hidden.length, "layer")} more; see them with --dot or --json.`,
          },
        ]),
    ...(out.length === 0 ? [] : [{ text: "" }, ...out]),
  ];
}

function headOf(count: number, layers: number, length: number): string {
  const chain =
    length < 2
      ? "no task that is left waits for another"
      : `the longest chain that is left has ${length} (marked *)`;
  return `${plural(count, "task")} in ${plural(layers, "layer")}; ${chain}.`;
}

function layerLines(layer: readonly Drawn[], number: number, picture: Picture): readonly Line[] {
  const shown = layer
    .toSorted((a, b) => Number(b.critical) - Number(a.critical) || b.unblocks - a.unblocks)
    .slice(0, LAYER_SHOWN);
  const more = layer.length - shown.length;
  return [
    { text: "" },
    { text: `Layer ${number}, ${plural(layer.length, "task")}`, style: BOLD },
    ...shown.flatMap((drawn) => taskLines(drawn, picture)),
    ...(more === 0 ? [] : [{ text: `      ... and ${more} more` }]),
  ];
}

function taskLines({ task, head, critical, unblocks }: Drawn, picture: Picture): readonly Line[] {
  const facts = [
    task.claim === undefined
      ? task.status
      : `${task.status} by ${fit(task.claim.agent, NAME_COLUMNS)}`,
    unblocks === 0 ? "" : `unblocks ${unblocks}${unblocks === UNBLOCKS_MAX ? " or more" : ""}`,
  ];
  const words = facts.filter((fact) => fact !== "").join(", ");
  const start = ` ${critical ? "*" : " "} ${MARKS[task.status].mark} ${head}  `;
  const room = COLUMNS - widthOf(start) - widthOf(words) - 2;
  const title = fit(sanitiseLine(task.title), room);
  const gap = " ".repeat(room - widthOf(title) + 2);
  const style = `${critical ? BOLD : ""}${MARKS[task.status].style}`;
  return [{ text: `${start}${title}${gap}${words}`, style }, ...edgeLines(task.id, picture)];
}

const INDENT = "              ";

function edgeLines(id: string, { edges }: Picture): readonly Line[] {
  const into = edges.filter(({ to }) => to === id);
  const all = into.filter(({ any }) => !any).map(({ from }) => taskHead(from));
  const any = into.filter((edge) => edge.any).map(({ from }) => taskHead(from));
  return [
    ...(all.length === 0 ? [] : [{ text: `${INDENT}after ${named(all)}` }]),
    ...(any.length === 0 ? [] : [{ text: `${INDENT}after one of ${named(any)}` }]),
  ];
}

function named(heads: readonly string[]): string {
  const more = heads.length - NAMED;
  return `${heads.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const BOLD = "\x1b[1m";
const RESET = "\x1b[0m";

const MARKS: Readonly<Record<TaskStatus, { readonly mark: string; readonly style: string }>> = {
  open: { mark: "o", style: "\x1b[32m" },
  claimed: { mark: ">", style: "\x1b[33m" },
  lapsed: { mark: "!", style: "\x1b[35m" },
  quarantined: { mark: "?", style: "\x1b[35m" },
  blocked: { mark: ".", style: "" },
  done: { mark: "+", style: "\x1b[2m" },
  accepted: { mark: "+", style: "\x1b[2m" },
  failed: { mark: "x", style: "\x1b[31m" },
  cancelled: { mark: "-", style: "\x1b[2m" },
};

function paint(text: string, style = ""): string {
  return style === "" ? text : `${style}${text}${RESET}`;
}
